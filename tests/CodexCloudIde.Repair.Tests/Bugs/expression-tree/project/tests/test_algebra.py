import pytest

from algebra.evaluate import derive, evaluate
from algebra.nodes import ONE, ZERO, Name, Number, Product, Sum
from algebra.simplify import simplify

X = Name("x")


def test_evaluate():
    assert evaluate(Sum(X, Product(Number(2), Name("y"))), {"x": 1, "y": 3}) == 7


def test_evaluate_refuses_others():
    with pytest.raises(TypeError):
        evaluate("x", {})


def test_simplify_sum_of_numbers():
    assert simplify(Sum(Number(2), Number(3))) == Number(5)


def test_simplify_zero():
    assert simplify(Sum(X, ZERO)) == X
    assert simplify(Product(X, ZERO)) == ZERO


def test_simplify_one():
    assert simplify(Product(ONE, X)) == X


def test_simplify_one_on_the_right():
    assert simplify(Product(X, ONE)) == X


def test_simplify_keeps_the_rest():
    assert simplify(Product(X, Number(2))) == Product(X, Number(2))


def test_derive_sum():
    assert derive(Sum(X, Number(4)), "x") == ONE


def test_derive_square():
    assert derive(Product(X, X), "x") == Sum(X, X)


def test_derive_other_name():
    assert derive(Name("y"), "x") == ZERO
