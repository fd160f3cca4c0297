"""Orders and their lines."""

from dataclasses import dataclass, field

from dispatch import clock, money, normalise


@dataclass(frozen=True)
class Line:
    sku: str
    quantity: int
    unit_price: int

    @property
    def total(self):
        return self.quantity * self.unit_price


@dataclass
class Order:
    id: str
    ordered_at: object
    address: dict
    currency: str = "EUR"
    lines: list = field(default_factory=list)

    @property
    def total(self):
        """Euro cents."""
        return money.exchange(sum(line.total for line in self.lines), self.currency)

    @property
    def pieces(self):
        return sum(line.quantity for line in self.lines)

    @property
    def due(self):
        return clock.dispatch_day(self.ordered_at)


def from_record(record):
    return Order(
        id=record["id"],
        ordered_at=clock.parse(record["orderedAt"]),
        address=normalise.address(record),
        currency=record.get("currency", "EUR"),
        lines=[
            Line(line["sku"], line["quantity"], money.to_minor(line["unit_price"]))
            for line in normalise.lines(record)
        ],
    )


def by_id(orders):
    """Orders by id; a carrier that repeats an order means its last version."""
    return {order.id: order for order in orders}
