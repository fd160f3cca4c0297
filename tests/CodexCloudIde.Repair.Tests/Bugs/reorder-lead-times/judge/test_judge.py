from stock import planning, suppliers
from stock.items import Item


def test_default_is_the_documented_constant():
    assert suppliers.lead_days({"x": {}}, "x") == suppliers.DEFAULT_LEAD_DAYS


def test_negotiated_values_stay():
    assert suppliers.lead_days({"x": {"lead_days": 2}, "y": {"lead_days": 30}}, "y") == 30


def test_days_left_compared_with_default():
    assert planning.urgent(Item("a", "x", 13, 0, 1.0), {"x": {"minimum": 3}})
    assert not planning.urgent(Item("a", "x", 14, 0, 1.0), {"x": {"minimum": 3}})


def test_changed_default_is_honoured(monkeypatch):
    monkeypatch.setattr(suppliers, "DEFAULT_LEAD_DAYS", 5)
    assert suppliers.lead_days({"x": {}}, "x") == 5
