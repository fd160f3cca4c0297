"""Timestamps, working days and cut-off times."""

from datetime import datetime, time, timedelta

CUT_OFF = time(15, 30)
SATURDAY = 5


def parse(stamp):
    """An ISO 8601 stamp; carriers write ``Z`` or an offset."""
    return datetime.fromisoformat(stamp.replace("Z", "+00:00"))


def is_working_day(day):
    return day.weekday() < SATURDAY


def next_working_day(day):
    day += timedelta(days=1)
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def dispatch_day(ordered):
    """The day on which an order leaves the warehouse: today before the cut-off, else the next working day."""
    day = ordered.date()
    if is_working_day(day) and ordered.time() < CUT_OFF:
        return day
    return next_working_day(day)


def add_working_days(day, count):
    for _ in range(count):
        day = next_working_day(day)
    return day


def working_days_between(first, last):
    """Working days after ``first`` up to and including ``last``."""
    count = 0
    day = first
    while day < last:
        day += timedelta(days=1)
        if is_working_day(day):
            count += 1
    return count
