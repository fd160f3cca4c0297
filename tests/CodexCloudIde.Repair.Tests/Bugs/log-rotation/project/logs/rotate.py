"""Rotation over anything that behaves like a folder (a dict of name to content)."""

from logs import names


def generations(folder, base):
    """How many generations of ``base`` there are, gaps not counted."""
    return sum(1 for name in folder if names.split(name)[0] == base)


def rotate(folder, base, keep):
    """Makes room for a new ``base``: every generation grows one older, at most ``keep`` old ones stay."""
    if base not in folder:
        return folder
    for number in range(keep, -1, -1):
        name = names.numbered(base, number)
        if name not in folder:
            continue
        content = folder.pop(name)
        if number + 1 < keep:
            folder[names.numbered(base, number + 1)] = content
    return folder


def tail(folder, base, count):
    """The last ``count`` lines over all generations, oldest first."""
    lines = []
    number = 0
    while len(lines) < count and names.numbered(base, number) in folder:
        lines = folder[names.numbered(base, number)].splitlines() + lines
        number += 1
    return lines[-count:] if count else []
