"""Recursive descent: tokens to a tree of tuples."""

from calc.tokens import tokenize


class BadFormula(ValueError):
    """The tokens do not make a formula."""


class Parser:
    def __init__(self, tokens):
        self.tokens = tokens
        self.at = 0

    def peek(self):
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")

    def take(self):
        token = self.peek()
        self.at += 1
        return token

    def sum(self):
        left = self.product()
        while self.peek() in (("symbol", "+"), ("symbol", "-")):
            sign = self.take()[1]
            left = (sign, left, self.product())
        return left

    def product(self):
        left = self.power()
        while self.peek() in (("symbol", "*"), ("symbol", "/"), ("symbol", "%")):
            sign = self.take()[1]
            left = (sign, left, self.power())
        return left

    def power(self):
        base = self.unary()
        if self.peek() == ("symbol", "^"):
            self.take()
            return ("^", base, self.power())
        return base

    def unary(self):
        if self.peek() == ("symbol", "-"):
            self.take()
            return ("neg", self.unary())
        return self.atom()

    def atom(self):
        kind, value = self.take()
        if kind == "number":
            return value
        if kind == "name":
            return ("var", value)
        if (kind, value) == ("symbol", "("):
            inside = self.sum()
            if self.take() != ("symbol", ")"):
                raise BadFormula("a bracket is not closed")
            return inside
        raise BadFormula(f"unexpected {value!r}")


def parse(text):
    parser = Parser(tokenize(text))
    tree = parser.sum()
    if parser.peek()[0] != "end":
        raise BadFormula("something is left over")
    return tree
