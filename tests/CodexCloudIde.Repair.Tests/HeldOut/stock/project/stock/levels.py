"""Nested dictionaries: warehouse → article → {quantity, value}."""


def collect(rows):
    levels = {}
    for row in rows:
        shelf = levels.setdefault(row["warehouse"], {})
        entry = shelf.setdefault(row["article"], {"quantity": 0, "value": 0.0})
        entry["quantity"] += row["quantity"]
        entry["value"] += row["quantity"] * row["price"]
    return levels


def quantity(levels, warehouse, article):
    return levels.get(warehouse, {}).get(article, {}).get("quantity", 0)


def total(levels, article):
    return sum(shelf[article]["quantity"] for shelf in levels.values() if article in shelf)


def move(levels, article, source, target, count):
    if quantity(levels, source, article) < count:
        return False
    entry = levels[source][article]
    unit = entry["value"] / entry["quantity"]
    other = levels.setdefault(target, {}).setdefault(article, {"quantity": 0, "value": 0.0})
    entry["quantity"] -= count
    entry["value"] -= unit * count
    other["quantity"] += count
    other["value"] += unit * count
    if entry["quantity"] == 0:
        del levels[source][article]
    return True


def scarce(levels, threshold):
    return sorted((warehouse, article) for warehouse, shelf in levels.items() for article, entry in shelf.items() if entry["quantity"] < threshold)
