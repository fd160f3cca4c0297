"""Delivery notes as text: ``warehouse;article;quantity;unit price`` a line."""


class BadLine(ValueError):
    def __init__(self, number, line):
        super().__init__(f"line {number}: {line!r}")
        self.number = number


def parse_line(number, line):
    parts = [part.strip() for part in line.split(";")]
    if len(parts) != 4:
        raise BadLine(number, line)
    warehouse, article, quantity, price = parts
    try:
        return {"warehouse": warehouse, "article": article.lower(), "quantity": int(quantity), "price": float(price or 0)}
    except ValueError:
        raise BadLine(number, line) from None


def parse(text):
    rows = []
    for number, line in enumerate(text.splitlines(), start=1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        rows.append(parse_line(number, line))
    return rows
