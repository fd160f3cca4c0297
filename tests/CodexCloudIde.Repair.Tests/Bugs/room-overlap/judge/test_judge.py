import pytest

from rooms.booking import Conflict, Day
from rooms.slots import Slot, parse


def test_touching_slots_do_not_overlap_in_either_order():
    assert not Slot(1, 2).overlaps(Slot(2, 3))
    assert not Slot(2, 3).overlaps(Slot(1, 2))


@pytest.mark.parametrize("a, b", [((1, 5), (2, 3)), ((2, 3), (1, 5)), ((1, 3), (2, 5)), ((2, 5), (1, 3)), ((1, 2), (1, 2))])
def test_overlaps(a, b):
    assert Slot(*a).overlaps(Slot(*b))


def test_before_an_existing_booking():
    day = Day()
    day.book(parse("10:00-11:00"), "bob")
    day.book(parse("09:00-10:00"), "ann")
    assert day.who(599) == "ann"


def test_one_minute_conflicts():
    day = Day()
    day.book(parse("10:00-11:00"), "bob")
    with pytest.raises(Conflict):
        day.book(parse("10:59-11:30"), "ann")
