from meters.readings import load, merge
from meters.rows import number, rows
from meters.usage import missing, peak, total

TEXT = """Export of 2024-03-18
Meter;Day;kWh;Quality
M1;2024-03-15;1,5;measured
M1;2024-03-16;2.25;estimated
M1;2024-03-17;9;doubtful

M2;2024-03-15;4;measured
"""


def test_rows():
    assert [row["meter"] for row in rows(TEXT)] == ["M1", "M1", "M1", "M2"]


def test_first_row():
    assert next(rows(TEXT)) == {"meter": "M1", "day": "2024-03-15", "kwh": "1,5", "quality": "measured"}


def test_number():
    assert (number("1,5"), number("2.25")) == (1.5, 2.25)


def test_load_leaves_out_doubtful_readings():
    assert load(TEXT) == {"M1": {"2024-03-15": 1.5, "2024-03-16": 2.25}, "M2": {"2024-03-15": 4.0}}


def test_merge():
    assert merge({"M1": {"a": 1.0, "b": 2.0}}, {"M1": {"b": 3.0}, "M2": {"a": 4.0}}) == {"M1": {"a": 1.0, "b": 3.0}, "M2": {"a": 4.0}}


def test_merge_leaves_its_arguments_alone():
    first = {"M1": {"a": 1.0}}
    merge(first, {"M1": {"a": 2.0}})
    assert first == {"M1": {"a": 1.0}}


def test_total():
    assert total({"M1": {"a": 1.5, "b": 2.25}}, "M1") == 3.75
    assert total({}, "M1") == 0


def test_peak():
    assert peak({"M1": {"b": 2.0, "a": 2.0, "c": 1.0}}, "M1") == ("a", 2.0)
    assert peak({}, "M1") is None


def test_missing():
    assert missing({"M1": {"a": 1.0}}, "M1", ["a", "b"]) == ["b"]
