"""Generators over any iterable."""

from collections import deque


def chunks(values, size):
    chunk = []
    for value in values:
        chunk.append(value)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def sliding(values, size):
    window = deque(maxlen=size)
    for value in values:
        window.append(value)
        if len(window) == size:
            yield tuple(window)


def pairs(values):
    return sliding(values, 2)


def flatten(value):
    if isinstance(value, (list, tuple)):
        for part in value:
            yield from flatten(part)
    else:
        yield value
