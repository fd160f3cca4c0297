"""Who works when."""

from dataclasses import dataclass

from rota.days import working_days


@dataclass(frozen=True)
class Shift:
    person: str
    start: int
    end: int

    @property
    def hours(self):
        """Shifts may go over midnight."""
        return (self.end - self.start) % 24

    def covers(self, hour):
        if self.start <= self.end:
            return self.start <= hour < self.end
        return hour >= self.start or hour < self.end


def plan(people, first, last):
    """One person a working day, in turn."""
    days = working_days(first, last)
    return {day: people[at % len(people)] for at, day in enumerate(days)}


def on_duty(shifts, hour):
    return sorted(shift.person for shift in shifts if shift.covers(hour))


def hours_by_person(shifts):
    hours = {}
    for shift in shifts:
        hours[shift.person] = hours.get(shift.person, 0) + shift.hours
    return hours


def uncovered(shifts):
    return [hour for hour in range(24) if not any(shift.covers(hour) for shift in shifts)]
