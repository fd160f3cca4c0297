"""How far they lie apart."""

import math

from figures.centre import mean


def variance(values):
    """Of a sample."""
    middle = mean(values)
    return sum((value - middle) ** 2 for value in values) / (len(values) - 1)


def stdev(values):
    return math.sqrt(variance(values))


def percentile(values, percent):
    """Linear interpolation between neighbours."""
    ordered = sorted(values)
    position = (len(ordered) - 1) * percent / 100
    low = math.floor(position)
    high = math.ceil(position)
    if low == high:
        return ordered[low]
    return ordered[low] * (high - position) + ordered[high] * (position - low)


def histogram(values, edges):
    counts = [0] * (len(edges) - 1)
    for value in values:
        for at in range(len(edges) - 1):
            if edges[at] <= value < edges[at + 1]:
                counts[at] += 1
                break
    return counts
