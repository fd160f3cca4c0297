import pytest

from stock.levels import collect, move, quantity, scarce, total
from stock.parse import BadLine, parse
from stock.report import most_common, summary

NOTE = """
# delivered on Monday
north; Bolt ;100;0.10
north;nut;40;0.05
south;bolt;20;0.20

north;BOLT;10;0.20
"""


@pytest.fixture
def levels():
    return collect(parse(NOTE))


def test_parse():
    rows = parse(NOTE)
    assert len(rows) == 4
    assert rows[0] == {"warehouse": "north", "article": "bolt", "quantity": 100, "price": 0.1}


def test_price_may_be_empty():
    assert parse("a;b;3;")[0]["price"] == 0.0


def test_bad_line():
    with pytest.raises(BadLine) as bad:
        parse("a;b;3;1\n\na;b;c;1")
    assert bad.value.number == 3
    with pytest.raises(BadLine):
        parse("a;b")


def test_collect(levels):
    assert levels["north"]["bolt"] == {"quantity": 110, "value": pytest.approx(12.0)}


def test_quantity(levels):
    assert quantity(levels, "south", "bolt") == 20
    assert quantity(levels, "south", "nut") == 0
    assert quantity(levels, "west", "nut") == 0


def test_total(levels):
    assert total(levels, "bolt") == 130
    assert total(levels, "nut") == 40


def test_move(levels):
    assert move(levels, "nut", "north", "west", 15)
    assert (quantity(levels, "north", "nut"), quantity(levels, "west", "nut")) == (25, 15)
    assert levels["west"]["nut"]["value"] == pytest.approx(0.75)


def test_move_too_many(levels):
    assert not move(levels, "nut", "north", "west", 41)
    assert "west" not in levels


def test_move_all(levels):
    assert move(levels, "bolt", "south", "north", 20)
    assert "bolt" not in levels["south"]


def test_scarce(levels):
    assert scarce(levels, 41) == [("north", "nut"), ("south", "bolt")]


def test_summary(levels):
    assert summary(levels) == ["north: 2 articles, 14.00", "south: 1 articles, 4.00"]


def test_most_common(levels):
    assert most_common(levels) == "bolt"
    assert most_common({}) is None
