from algebra.evaluate import derive, evaluate
from algebra.nodes import ONE, ZERO, Name, Number, Product, Sum
from algebra.simplify import simplify

X, Y = Name("x"), Name("y")


def test_one_on_either_side():
    assert simplify(Product(Sum(X, Y), ONE)) == Sum(X, Y)
    assert simplify(Product(ONE, Sum(X, Y))) == Sum(X, Y)


def test_nested():
    assert simplify(Sum(Product(X, ONE), Product(ZERO, Y))) == X
    assert simplify(Product(Number(3), Number(4))) == Number(12)


def test_product_of_names():
    assert simplify(Product(X, Y)) == Product(X, Y)


def test_derivative_of_a_cube():
    cube = Product(X, Product(X, X))
    assert evaluate(derive(cube, "x"), {"x": 3}) == 27


def test_product_rule():
    assert derive(Product(Y, X), "x") == Y
