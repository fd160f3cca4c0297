from datetime import date

from rota import days, shifts
from rota.shifts import Shift


def test_is_working():
    assert days.is_working(date(2024, 3, 1))
    assert not days.is_working(date(2024, 3, 2))
    assert not days.is_working(date(2024, 12, 25))


def test_working_days():
    assert days.working_days(date(2024, 3, 1), date(2024, 3, 5)) == [date(2024, 3, 1), date(2024, 3, 4), date(2024, 3, 5)]


def test_add_working():
    assert days.add_working(date(2024, 12, 24), 1) == date(2024, 12, 27)
    assert days.add_working(date(2024, 3, 1), 0) == date(2024, 3, 1)


def test_last_of_month():
    assert days.last_of_month(date(2024, 2, 10)) == date(2024, 2, 29)
    assert days.last_of_month(date(2024, 12, 1)) == date(2024, 12, 31)


def test_quarter():
    assert [days.quarter(date(2024, month, 1)) for month in (1, 3, 4, 12)] == [1, 1, 2, 4]


def test_hours():
    assert Shift("ann", 8, 16).hours == 8
    assert Shift("bob", 22, 6).hours == 8


def test_covers():
    day, night = Shift("ann", 8, 16), Shift("bob", 22, 6)
    assert (day.covers(8), day.covers(16), day.covers(7)) == (True, False, False)
    assert (night.covers(23), night.covers(3), night.covers(6), night.covers(12)) == (True, True, False, False)


def test_plan():
    assert shifts.plan(["ann", "bob"], date(2024, 3, 1), date(2024, 3, 5)) == {
        date(2024, 3, 1): "ann", date(2024, 3, 4): "bob", date(2024, 3, 5): "ann"}


ALL = [Shift("ann", 8, 16), Shift("bob", 22, 6), Shift("ann", 16, 20), Shift("cyd", 10, 18)]


def test_on_duty():
    assert shifts.on_duty(ALL, 12) == ["ann", "cyd"]
    assert shifts.on_duty(ALL, 23) == ["bob"]


def test_hours_by_person():
    assert shifts.hours_by_person(ALL) == {"ann": 12, "bob": 8, "cyd": 8}


def test_uncovered():
    assert shifts.uncovered(ALL) == [6, 7, 20, 21]
