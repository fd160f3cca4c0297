"""Figures over readings."""


def total(readings, meter):
    return round(sum(readings.get(meter, {}).values()), 3)


def peak(readings, meter):
    """(day, kWh) of the highest reading, the earlier day on a tie; None without readings."""
    days = readings.get(meter, {})
    if not days:
        return None
    return max(sorted(days.items()), key=lambda entry: entry[1])


def missing(readings, meter, days):
    return [day for day in days if day not in readings.get(meter, {})]
