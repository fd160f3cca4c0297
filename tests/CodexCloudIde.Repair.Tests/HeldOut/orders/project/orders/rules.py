from orders.money import Money

COUPONS = {"TEN": 0.10, "HALF": 0.50}
FREE_FROM = Money(5000)
SHIPPING = Money(490)


def discount(order):
    if order.coupon is None:
        return Money(0)
    rate = COUPONS.get(order.coupon.upper())
    if rate is None:
        raise ValueError(order.coupon)
    return order.subtotal() * rate


def shipping(order):
    if not order.lines or order.subtotal() >= FREE_FROM:
        return Money(0)
    return SHIPPING


def total(order):
    return order.subtotal() + discount(order) * -1 + shipping(order)


def best(orders):
    """The dearest open order of each customer."""
    found = {}
    for order in orders:
        if order.paid:
            continue
        current = found.get(order.customer)
        if current is None or total(current) < total(order):
            found[order.customer] = order
    return found
