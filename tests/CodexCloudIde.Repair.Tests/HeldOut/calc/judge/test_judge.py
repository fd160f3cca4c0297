import pytest

from calc.evaluate import UnknownName, calculate
from calc.parser import BadFormula, parse
from calc.tokens import tokenize


def test_numbers():
    assert tokenize("3.25") == [("number", 3.25)]
    assert tokenize(" 42 ab ") == [("number", 42.0), ("name", "ab")]
    assert tokenize("") == []


@pytest.mark.parametrize("text, expected", [
    ("10-4-3-2", 1), ("100/5/2", 10), ("17%5%2", 0), ("2^2^3", 256), ("1-2*3", -5), ("--4", 4), ("((7))", 7), ("2*(3-5)", -4), ("6/3*2", 4), ("-1-1", -2), ("-2*3+10", 4)])
def test_values(text, expected):
    assert calculate(text) == expected


def test_errors():
    for bad in ("(", "1+", ")", "(2 3)", "1)"):
        with pytest.raises(BadFormula):
            parse(bad)
    with pytest.raises(UnknownName):
        calculate("b", a=1)
    assert calculate("a-b", a=10, b=4) == 6
    assert calculate("x12 + y3z", x12=1, y3z=2) == 3
