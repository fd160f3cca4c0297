"""Values of expressions, and their derivatives."""

from algebra.nodes import ONE, ZERO, Name, Number, Product, Sum
from algebra.simplify import simplify


def evaluate(node, values):
    if isinstance(node, Number):
        return node.value
    if isinstance(node, Name):
        return values[node.text]
    if isinstance(node, Sum):
        return evaluate(node.left, values) + evaluate(node.right, values)
    if isinstance(node, Product):
        return evaluate(node.left, values) * evaluate(node.right, values)
    raise TypeError(f"not an expression: {node!r}")


def derive(node, name):
    if isinstance(node, Number):
        return ZERO
    if isinstance(node, Name):
        return ONE if node.text == name else ZERO
    if isinstance(node, Sum):
        return simplify(Sum(derive(node.left, name), derive(node.right, name)))
    if isinstance(node, Product):
        return simplify(Sum(Product(derive(node.left, name), node.right), Product(node.left, derive(node.right, name))))
    raise TypeError(f"not an expression: {node!r}")
