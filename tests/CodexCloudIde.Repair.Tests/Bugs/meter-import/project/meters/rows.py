"""The utility's export: two header lines, then one reading per line."""

HEADER_LINES = 1
FIELDS = ("meter", "day", "kwh", "quality")


def rows(text):
    """Dictionaries by FIELDS; empty lines are skipped."""
    for line in text.splitlines()[HEADER_LINES:]:
        if line.strip():
            yield dict(zip(FIELDS, (part.strip() for part in line.split(";"))))


def number(text):
    """Decimal comma or point."""
    return float(text.replace(",", "."))
