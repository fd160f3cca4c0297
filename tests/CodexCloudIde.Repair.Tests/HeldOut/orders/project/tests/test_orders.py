import pytest

from orders.money import Money
from orders.order import Order
from orders.rules import best, discount, shipping, total


def order(*lines, customer="ann", coupon=None, paid=False):
    made = Order(customer, coupon=coupon, paid=paid)
    for name, cents, quantity in lines:
        made.add(name, Money(cents), quantity)
    return made


def test_money():
    assert Money(150) + Money(50) == Money(200)
    assert Money(99) * 3 == Money(297)
    assert Money(1) < Money(2)
    assert Money(3) >= Money(3)
    with pytest.raises(ValueError):
        Money(1) + Money(1, "USD")


def test_text():
    assert str(Money(1205)) == "12.05 EUR"
    assert str(Money(-50)) == "-0.50 EUR"


def test_same_line_grows():
    made = order(("pen", 100, 2), ("pen", 100, 3))
    assert [(line.name, line.quantity) for line in made.lines] == [("pen", 5)]


def test_other_price_is_another_line():
    assert len(order(("pen", 100, 1), ("pen", 120, 1)).lines) == 2


def test_orders_share_nothing():
    order(("pen", 100, 1))
    assert Order("bob").lines == []


def test_remove():
    made = order(("pen", 100, 1), ("ink", 300, 1), ("pen", 120, 1))
    assert made.remove("pen") == 2
    assert [line.name for line in made.lines] == ["ink"]


def test_subtotal():
    assert order(("pen", 100, 2), ("ink", 300, 1)).subtotal() == Money(500)


def test_discount():
    assert discount(order(("pen", 1000, 1), coupon="ten")) == Money(100)
    assert discount(order(("pen", 1000, 1))) == Money(0)
    with pytest.raises(ValueError):
        discount(order(("pen", 1000, 1), coupon="none"))


def test_shipping():
    assert shipping(order(("pen", 1000, 1))) == Money(490)
    assert shipping(order(("desk", 5000, 1))) == Money(0)
    assert shipping(order()) == Money(0)


def test_total():
    assert total(order(("pen", 1000, 2), coupon="HALF")) == Money(1490)


def test_best():
    small, large, done = order(("pen", 100, 1)), order(("pen", 900, 1)), order(("desk", 9000, 1), paid=True)
    bob = order(("ink", 1, 1), customer="bob")
    assert best([small, large, done, bob]) == {"ann": large, "bob": bob}
