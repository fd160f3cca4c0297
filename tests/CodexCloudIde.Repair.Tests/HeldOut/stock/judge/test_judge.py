import pytest

from stock.levels import collect, move, quantity, scarce, total
from stock.parse import BadLine, parse
from stock.report import most_common, summary


def test_parse_variants():
    assert parse("") == [] and parse("#x\n  # y\n") == []
    assert parse("w;a;1; ")[0]["price"] == 0
    assert parse(" w ; A B ; 2 ; 3.5 ") == [{"warehouse": "w", "article": "a b", "quantity": 2, "price": 3.5}]
    for text, number in (("#\nx", 2), ("a;b;1;1;1", 1), ("a;b;1;z", 1)):
        with pytest.raises(BadLine) as bad:
            parse(text)
        assert bad.value.number == number


def test_levels():
    rows = parse("a;x;1;2\nb;x;2;2\na;x;3;4\nc;y;5;0")
    levels = collect(rows)
    assert levels == {"a": {"x": {"quantity": 4, "value": 14.0}}, "b": {"x": {"quantity": 2, "value": 4.0}}, "c": {"y": {"quantity": 5, "value": 0.0}}}
    assert total(levels, "x") == 6 and total(levels, "none") == 0
    assert quantity(levels, "a", "y") == 0 and quantity(levels, "q", "x") == 0
    assert scarce(levels, 5) == [("a", "x"), ("b", "x")]
    assert most_common(levels) == "x"
    assert summary(levels) == ["a: 1 articles, 14.00", "b: 1 articles, 4.00", "c: 1 articles, 0.00"]
    assert not move(levels, "x", "q", "a", 1)
    assert move(levels, "x", "b", "a", 2)
    assert levels["b"] == {} and levels["a"]["x"] == {"quantity": 6, "value": 18.0}
    assert move(levels, "x", "a", "z", 3) and levels["z"]["x"] == {"quantity": 3, "value": 9.0} and levels["a"]["x"]["value"] == 9.0
