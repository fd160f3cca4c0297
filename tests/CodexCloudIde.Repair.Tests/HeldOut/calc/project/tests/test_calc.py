import pytest

from calc.evaluate import UnknownName, calculate
from calc.parser import BadFormula, parse
from calc.tokens import BadCharacter, tokenize


def test_tokens():
    assert tokenize("12 + x1") == [("number", 12.0), ("symbol", "+"), ("name", "x1")]


def test_decimal_tokens():
    assert tokenize("1.5*2") == [("number", 1.5), ("symbol", "*"), ("number", 2.0)]


def test_bad_character():
    with pytest.raises(BadCharacter):
        tokenize("2 & 3")


@pytest.mark.parametrize("text, expected", [("1+2", 3), ("7-2-3", 2), ("8/4/2", 1), ("9%4", 1), ("2+3*4", 14)])
def test_left_to_right(text, expected):
    assert calculate(text) == expected


def test_brackets():
    assert calculate("(1+2)*(3+4)") == 21


def test_power_is_right_associative():
    assert calculate("2^3^2") == 512


def test_negative():
    assert calculate("-3+5") == 2
    assert calculate("2*-3") == -6


def test_names():
    assert calculate("a*b+1", a=2, b=3) == 7


def test_unknown_name():
    with pytest.raises(UnknownName):
        calculate("a+1")


def test_not_closed():
    with pytest.raises(BadFormula):
        parse("(1+2")


def test_left_over():
    with pytest.raises(BadFormula):
        parse("1 2")
