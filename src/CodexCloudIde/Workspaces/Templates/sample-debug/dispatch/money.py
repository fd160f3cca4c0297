"""Amounts in minor units: no floats on their way to an invoice."""

from decimal import ROUND_HALF_UP, Decimal

RATES_TO_EUR = {
    "EUR": Decimal("1"),
    "CHF": Decimal("1.05"),
    "GBP": Decimal("1.17"),
}


def to_minor(text):
    """``"12.34"`` → 1234."""
    return int((Decimal(text) * 100).quantize(Decimal("1"), rounding=ROUND_HALF_UP))


def exchange(minor, currency):
    """An amount of ``currency`` in euro cents."""
    if currency not in RATES_TO_EUR:
        raise ValueError(f"no rate for {currency}")
    return int((Decimal(minor) * RATES_TO_EUR[currency]).quantize(Decimal("1"), rounding=ROUND_HALF_UP))


def show(minor):
    sign = "-" if minor < 0 else ""
    whole, cents = divmod(abs(minor), 100)
    return f"{sign}{whole:,}.{cents:02d} EUR"


def share(total, parts):
    """Splits ``total`` into ``parts`` whole amounts that add up to it; the first ones bear the rest."""
    if parts <= 0:
        raise ValueError("parts must be positive")
    base, rest = divmod(total, parts)
    return [base + 1 if index < rest else base for index in range(parts)]
