"""Readings by meter and day."""

from meters.rows import number, rows

GOOD = {"measured", "estimated"}


def load(text):
    """{meter: {day: kWh}}; readings of doubtful quality are left out."""
    readings = {}
    for row in rows(text):
        if row["quality"] not in GOOD:
            continue
        readings.setdefault(row["meter"], {})[row["day"]] = number(row["kwh"])
    return readings


def merge(first, second):
    """Both sets of readings; where both know a day the second counts."""
    result = {meter: dict(days) for meter, days in second.items()}
    for meter, days in second.items():
        result.setdefault(meter, {}).update(days)
    return result
