from datetime import date, datetime

from dispatch import clock


def test_parse_understands_z():
    assert clock.parse("2024-03-18T09:12:00Z").utcoffset().total_seconds() == 0


def test_before_the_cut_off_it_leaves_today():
    assert clock.dispatch_day(datetime(2024, 3, 18, 15, 29)) == date(2024, 3, 18)


def test_at_the_cut_off_it_leaves_tomorrow():
    assert clock.dispatch_day(datetime(2024, 3, 18, 15, 30)) == date(2024, 3, 19)


def test_friday_evening_leaves_on_monday():
    assert clock.dispatch_day(datetime(2024, 3, 22, 18, 0)) == date(2024, 3, 25)


def test_add_working_days_skips_the_weekend():
    assert clock.add_working_days(date(2024, 3, 21), 3) == date(2024, 3, 26)


def test_working_days_between_counts_the_last():
    assert clock.working_days_between(date(2024, 3, 18), date(2024, 3, 25)) == 5
