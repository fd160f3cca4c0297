from datetime import datetime, timezone

import pytest
from conftest import order

from dispatch.report import Report


def test_turnover(feed_v1):
    assert Report.from_feed(feed_v1).turnover == 16450


def test_turnover_by_country(feed_v1):
    assert Report.from_feed(feed_v1).turnover_by_country() == {"DE": 16450}


def test_turnover_by_country_of_revision_two(feed_v2):
    assert Report.from_feed(feed_v2).turnover_by_country() == {"CH": 8636, "DE": 8225}


def test_postage(feed_v1):
    assert Report.from_feed(feed_v1).postage() == {"S-1": 699}


def test_postage_of_revision_two(feed_v2):
    assert Report.from_feed(feed_v2).postage() == {"S-1": 699, "S-2": 1747}


def test_unshipped(feed_v1):
    assert Report.from_feed(feed_v1).unshipped() == ["A-2"]


def test_stalled(feed_v1):
    assert Report.from_feed(feed_v1).stalled(datetime(2024, 3, 22, tzinfo=timezone.utc)) == ["S-1"]


def test_states(feed_v2):
    assert Report.from_feed(feed_v2).states() == {"announced": 1, "in transit": 1}


def test_rows_are_sorted_by_day(feed_v1):
    feed_v1["records"].insert(0, order("A-0", orderedAt="2024-03-18T20:00:00Z"))
    assert [row[0] for row in Report.from_feed(feed_v1).rows()] == ["A-1", "A-2", "A-0"]


def test_every_order_is_on_a_sheet(feed_v1):
    feed_v1["records"] = [order(f"A-{number:02d}") for number in range(9)]
    sheets = Report.from_feed(feed_v1).sheets(4)
    assert [len(rows) for _, _, rows in sheets] == [4, 4, 1]


def test_text_of_revision_two(feed_v2):
    text = Report.from_feed(feed_v2).text()
    assert text.splitlines()[:3] == ["Turnover 168.61 EUR", "  CH 86.36 EUR", "  DE 82.25 EUR"]
