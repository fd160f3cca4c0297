from stock import planning, suppliers
from stock.items import Item

ROWS = [{"supplier": "acme", "lead": "3", "minimum": "50"}, {"supplier": "bolt", "lead": "", "minimum": "10"}]


def test_terms_are_parsed():
    assert suppliers.parse_terms(ROWS)["acme"] == {"lead_days": 3, "minimum": 50}


def test_minimum_order():
    assert suppliers.minimum_order(suppliers.parse_terms(ROWS), "bolt") == 10
    assert suppliers.minimum_order(suppliers.parse_terms(ROWS), "nobody") == 1


def test_negotiated_lead():
    assert suppliers.lead_days(suppliers.parse_terms(ROWS), "acme") == 3


def test_lead_that_was_not_negotiated():
    assert suppliers.lead_days(suppliers.parse_terms(ROWS), "bolt") == 14


def test_proposal_for_known_terms():
    items = [Item("nut", "acme", 5, 20, 1.0), Item("rod", "acme", 90, 20, 1.0)]
    assert planning.proposal(items, suppliers.parse_terms(ROWS)) == [("nut", 50, False)]


def test_proposal_with_default_lead():
    items = [Item("cog", "bolt", 30, 10, 3.0)]
    assert planning.proposal(items, suppliers.parse_terms(ROWS)) == [("cog", 10, True)]


def test_an_item_nobody_uses_is_not_urgent():
    assert not planning.urgent(Item("dust", "acme", 1, 0), {})
