"""What the history tells."""

from machine.states import State


def visits(history):
    counts = {state: 0 for state in State}
    for _, _, after in history:
        counts[after] += 1
    return counts


def passages(history):
    return sum(1 for before, event, after in history if event == "pass")


def longest_run(history):
    """The longest run of equal events."""
    best = run = 0
    last = None
    for _, event, _ in history:
        run = run + 1 if event == last else 1
        last = event
        best = max(best, run)
    return best
