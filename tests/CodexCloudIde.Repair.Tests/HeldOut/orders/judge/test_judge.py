import pytest

from orders.money import Money
from orders.order import Line, Order
from orders.rules import best, discount, shipping, total


def test_money():
    assert Money(10) * 0.25 == Money(2)
    assert str(Money(7)) == "0.07 EUR" and str(Money(-1234, "USD")) == "-12.34 USD"
    assert max(Money(5), Money(9), Money(7)) == Money(9)
    with pytest.raises(ValueError):
        Money(1) < Money(2, "USD")
    assert Money(1, "USD") + Money(2, "USD") == Money(3, "USD")


def test_order():
    o = Order("x")
    first = o.add("a", Money(10), 4)
    assert o.add("a", Money(10)) is first and first.quantity == 5
    assert o.add("b", Money(7), 3).total == Money(21)
    assert o.subtotal() == Money(71)
    assert o.remove("zzz") == 0 and o.remove("a") == 1 and o.subtotal() == Money(21)
    assert Line("c", Money(5)).total == Money(5)


def test_rules():
    o = Order("x", coupon="half")
    assert (discount(o), shipping(o), total(o)) == (Money(0), Money(0), Money(0))
    o.add("a", Money(4999))
    assert shipping(o) == Money(490) and discount(o) == Money(2500) and total(o) == Money(2989)
    o.add("b", Money(1))
    assert shipping(o) == Money(0)
    p = Order("x")
    p.add("a", Money(9000))
    q = Order("x", paid=True)
    q.add("a", Money(99000))
    assert best([p, o, q]) == {"x": p} and best([o, p]) == {"x": p} and best([q]) == {}
