"""Half-open slots of time in minutes since midnight: a slot holds its start and not its end."""

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Slot:
    start: int
    end: int

    def __post_init__(self):
        if self.end <= self.start:
            raise ValueError("a slot ends after it starts")

    @property
    def minutes(self):
        return self.end - self.start

    def overlaps(self, other):
        return self.start < other.end and other.start <= self.end

    def contains(self, minute):
        return self.start <= minute < self.end


def parse(text):
    """``"09:30-10:15"``"""
    first, last = text.split("-")
    return Slot(_minutes(first), _minutes(last))


def _minutes(text):
    hours, minutes = text.strip().split(":")
    return int(hours) * 60 + int(minutes)
