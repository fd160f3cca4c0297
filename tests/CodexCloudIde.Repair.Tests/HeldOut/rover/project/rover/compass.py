"""Directions on a grid."""

from enum import Enum


class Heading(Enum):
    NORTH = (0, 1)
    EAST = (1, 0)
    SOUTH = (0, -1)
    WEST = (-1, 0)

    def right(self):
        order = list(Heading)
        return order[(order.index(self) + 1) % len(order)]

    def left(self):
        order = list(Heading)
        return order[(order.index(self) - 1) % len(order)]
