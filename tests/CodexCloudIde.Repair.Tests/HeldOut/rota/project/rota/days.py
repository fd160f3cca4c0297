"""Dates: working days and months."""

from datetime import date, timedelta

HOLIDAYS = {date(2024, 1, 1), date(2024, 12, 25), date(2024, 12, 26)}


def is_working(day):
    return day.weekday() < 5 and day not in HOLIDAYS


def working_days(first, last):
    """Both ends included."""
    day = first
    found = []
    while day <= last:
        if is_working(day):
            found.append(day)
        day += timedelta(days=1)
    return found


def add_working(day, count):
    while count > 0:
        day += timedelta(days=1)
        if is_working(day):
            count -= 1
    return day


def last_of_month(day):
    following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return following - timedelta(days=1)


def quarter(day):
    return (day.month - 1) // 3 + 1
