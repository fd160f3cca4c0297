"""Endless and ending sequences."""


def count(start=0, step=1):
    while True:
        yield start
        start += step


def take(n, values):
    taken = []
    if n <= 0:
        return taken
    for value in values:
        taken.append(value)
        if len(taken) >= n:
            break
    return taken


def fibonacci():
    a, b = 0, 1
    while True:
        yield a
        a, b = b, a + b


def until(values, limit):
    for value in values:
        if value > limit:
            return
        yield value


def interleave(*iterables):
    waiting = [iter(one) for one in iterables]
    while waiting:
        still = []
        for one in waiting:
            try:
                yield next(one)
            except StopIteration:
                continue
            still.append(one)
        waiting = still


def running(values, start=0):
    total = start
    for value in values:
        total += value
        yield total
