from meters.readings import load, merge
from meters.rows import rows

HEAD = "x\nMeter;Day;kWh;Quality\n"


def test_no_rows():
    assert list(rows(HEAD)) == []


def test_single_row_of_each_quality():
    for quality, kept in (("measured", True), ("estimated", True), ("doubtful", False), ("", False)):
        assert (load(HEAD + f"A;d;7;{quality}") == {"A": {"d": 7.0}}) is kept


def test_merge_of_new_meter():
    assert merge({}, {"A": {"d": 1.0}}) == {"A": {"d": 1.0}}


def test_merge_keeps_both():
    first, second = {"A": {"d": 1.0}, "B": {"d": 5.0}}, {"A": {"e": 2.0}}
    assert merge(first, second) == {"A": {"d": 1.0, "e": 2.0}, "B": {"d": 5.0}}
    assert second == {"A": {"e": 2.0}}
