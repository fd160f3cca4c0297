import pytest
from conftest import order, recipient_v2

from dispatch import catalogue, orders
from dispatch.errors import UnknownArticle


def read(**changes):
    return orders.from_record({**order(**changes), "revision": changes.pop("revision", 1), "carrier": "northpost"})


def test_total_and_pieces():
    parsed = read()
    assert (parsed.total, parsed.pieces) == (8225, 3)


def test_total_is_exchanged():
    assert read(currency="CHF").total == 8636


def test_due_on_the_day_of_the_order():
    assert read().due.isoformat() == "2024-03-18"


def test_the_last_version_of_an_order_counts():
    assert orders.by_id([read(currency="CHF"), read()])["A-1"].currency == "EUR"


def test_an_order_of_revision_two_knows_its_city():
    record = {**order(recipient=recipient_v2()), "revision": 2, "carrier": "alpex"}
    assert orders.from_record(record).address["city"] == "Bremen"


def test_weight_of_the_lines():
    assert catalogue.STANDARD.weight(read().lines) == 2480


def test_hazards_are_named_once():
    lines = [orders.Line("BATT-AA", 1, 0), orders.Line("PAINT-W", 1, 0), orders.Line("BATT-AA", 2, 0)]
    assert catalogue.STANDARD.hazards(lines) == ["3", "9"]


def test_an_unknown_article_is_named():
    with pytest.raises(UnknownArticle, match="SOFA"):
        catalogue.STANDARD.get("SOFA")
