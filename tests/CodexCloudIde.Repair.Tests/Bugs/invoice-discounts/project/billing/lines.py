"""Positions of an invoice; amounts in cents."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Position:
    text: str
    quantity: int
    price: int
    discount_percent: int = 0

    @property
    def gross(self):
        """Before any discount."""
        return self.quantity * self.price

    @property
    def net(self):
        return self.gross * (100 - self.discount_percent) // 100

    @property
    def saved(self):
        return self.gross - self.net
