from datetime import date, timedelta

from rota import days, shifts
from rota.shifts import Shift


def test_days():
    assert days.working_days(date(2024, 3, 2), date(2024, 3, 3)) == []
    assert days.working_days(date(2023, 12, 29), date(2024, 1, 2)) == [date(2023, 12, 29), date(2024, 1, 2)]
    assert days.add_working(date(2024, 3, 1), 6) == date(2024, 3, 11)
    assert not days.is_working(date(2024, 3, 3))
    for month in range(1, 13):
        last = days.last_of_month(date(2023, month, 5))
        assert last.month == month and (last + timedelta(days=1)).day == 1
        assert days.quarter(date(2023, month, 9)) == [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4][month - 1]


def test_shifts():
    s = Shift("x", 20, 2)
    assert s.hours == 6 and [h for h in range(24) if s.covers(h)] == [0, 1, 20, 21, 22, 23]
    assert [h for h in range(24) if Shift("x", 1, 3).covers(h)] == [1, 2]
    assert shifts.hours_by_person([s, s, Shift("y", 0, 1)]) == {"x": 12, "y": 1}
    assert shifts.on_duty([Shift("b", 0, 5), Shift("a", 4, 9)], 4) == ["a", "b"]
    assert shifts.uncovered([Shift("b", 0, 23)]) == [23]
    plan = shifts.plan(["p", "q", "r"], date(2024, 3, 4), date(2024, 3, 8))
    assert [plan[d] for d in sorted(plan)] == ["p", "q", "r", "p", "q"]
