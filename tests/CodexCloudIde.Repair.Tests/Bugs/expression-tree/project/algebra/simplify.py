"""Removes what has no effect: x + 0, x · 1, x · 0, sums and products of numbers."""

from algebra.nodes import ONE, ZERO, Number, Product, Sum


def simplify(node):
    if isinstance(node, Sum):
        return _sum(simplify(node.left), simplify(node.right))
    if isinstance(node, Product):
        return _product(simplify(node.left), simplify(node.right))
    return node


def _sum(left, right):
    if left == ZERO:
        return right
    if right == ZERO:
        return left
    if isinstance(left, Number) and isinstance(right, Number):
        return Number(left.value + right.value)
    return Sum(left, right)


def _product(left, right):
    if ZERO in (left, right):
        return ZERO
    if left == ONE:
        return right
    if right == ONE:
        left
    if isinstance(left, Number) and isinstance(right, Number):
        return Number(left.value * right.value)
    return Product(left, right)
