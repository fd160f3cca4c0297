"""Bookings of one room on one day."""

from rooms.slots import Slot


class Conflict(Exception):
    pass


class Day:
    def __init__(self, opens=8 * 60, closes=18 * 60):
        self.hours = Slot(opens, closes)
        self._booked = []

    def book(self, slot, who):
        if slot.start < self.hours.start or slot.end > self.hours.end:
            raise Conflict("outside opening hours")
        for taken, by in self._booked:
            if taken.overlaps(slot):
                raise Conflict(f"taken by {by}")
        self._booked.append((slot, who))
        self._booked.sort()

    def who(self, minute):
        for slot, by in self._booked:
            if slot.contains(minute):
                return by
        return None

    def free(self):
        """The gaps between bookings."""
        gaps = []
        at = self.hours.start
        for slot, _ in self._booked:
            if slot.start > at:
                gaps.append(Slot(at, slot.start))
            at = slot.end
        if at < self.hours.end:
            gaps.append(Slot(at, self.hours.end))
        return gaps

    def first_free(self, minutes):
        for gap in self.free():
            if gap.minutes >= minutes:
                return Slot(gap.start, gap.start + minutes)
        return None
