"""Trees to numbers."""

from calc.parser import parse

OPERATIONS = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "%": lambda a, b: a % b,
    "^": lambda a, b: a ** b,
}


class UnknownName(KeyError):
    """A variable without a value."""


def value(tree, names):
    if isinstance(tree, float):
        return tree
    head = tree[0]
    if head == "var":
        if tree[1] not in names:
            raise UnknownName(tree[1])
        return names[tree[1]]
    if head == "neg":
        return -value(tree[1], names)
    return OPERATIONS[head](value(tree[1], names), value(tree[2], names))


def calculate(text, **names):
    return value(parse(text), names)
