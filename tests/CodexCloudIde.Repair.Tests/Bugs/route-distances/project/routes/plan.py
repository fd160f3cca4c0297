"""Lengths of lines and the stop nearest to a passenger."""

from routes.geo import distance


def length(stops, names):
    return sum(distance(stops[a], stops[b]) for a, b in zip(names, names[1:]))


def nearest(stops, position):
    return min(stops, key=lambda name: distance(stops[name], position))


def within(stops, position, kilometres):
    return sorted(name for name, at in stops.items() if distance(at, position) <= kilometres)
