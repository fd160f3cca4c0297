from dataclasses import dataclass, field

from orders.money import Money


@dataclass
class Line:
    name: str
    price: Money
    quantity: int = 1

    @property
    def total(self):
        return self.price * self.quantity


@dataclass
class Order:
    customer: str
    lines: list = field(default_factory=list)
    coupon: str = None
    paid: bool = False

    def add(self, name, price, quantity=1):
        for line in self.lines:
            if line.name == name and line.price == price:
                line.quantity += quantity
                return line
        line = Line(name, price, quantity)
        self.lines.append(line)
        return line

    def remove(self, name):
        before = len(self.lines)
        self.lines = [line for line in self.lines if line.name != name]
        return before - len(self.lines)

    def subtotal(self):
        total = Money(0)
        for line in self.lines:
            total = total + line.total
        return total
