import pytest

from rooms.booking import Conflict, Day
from rooms.slots import Slot, parse


def test_parse():
    assert parse("09:30-10:15") == Slot(570, 615)


def test_an_empty_slot_is_refused():
    with pytest.raises(ValueError):
        Slot(10, 10)


def test_overlapping_bookings_conflict():
    day = Day()
    day.book(parse("09:00-10:00"), "ann")
    with pytest.raises(Conflict, match="ann"):
        day.book(parse("09:30-10:30"), "bob")


def test_back_to_back_bookings():
    day = Day()
    day.book(parse("09:00-10:00"), "ann")
    day.book(parse("10:00-11:00"), "bob")
    assert day.who(600) == "bob"


def test_outside_opening_hours():
    with pytest.raises(Conflict):
        Day().book(parse("07:00-09:00"), "ann")


def test_free_gaps():
    day = Day()
    day.book(parse("09:00-10:00"), "ann")
    assert day.free() == [parse("08:00-09:00"), parse("10:00-18:00")]


def test_first_free():
    day = Day()
    day.book(parse("08:30-17:45"), "ann")
    assert day.first_free(20) == parse("08:00-08:20")
    assert day.first_free(45) is None
