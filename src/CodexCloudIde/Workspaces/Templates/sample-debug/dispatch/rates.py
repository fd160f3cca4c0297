"""The carriers' tariffs: a price by zone and weight step, and what is added to it."""

from dataclasses import dataclass

ZONES = {"DE": 1, "AT": 2, "NL": 2, "FR": 3, "CH": 4}

HAZARD_SURCHARGE = 450
ISLAND_SURCHARGE = 1200
ISLAND_PREFIXES = ("18565", "25849", "25859", "25938", "26465", "26474", "26486", "26548", "26571", "26579", "26757", "27498")


@dataclass(frozen=True)
class Step:
    """Parcels up to and including ``grams`` cost ``price`` cents in zone 1."""

    grams: int
    price: int


STEPS = (Step(1000, 449), Step(2000, 499), Step(5000, 699), Step(10000, 949), Step(31500, 1649))


class TooHeavy(ValueError):
    pass


def zone(country):
    return ZONES.get(country, 5)


def base_price(grams):
    for step in STEPS:
        if grams <= step.grams:
            return step.price
    raise TooHeavy(f"{grams} g exceeds the heaviest parcel")


def is_island(postcode, country):
    return country == "DE" and postcode.startswith(ISLAND_PREFIXES)


def price(grams, address, hazardous=False):
    """Cents for one parcel to ``address``."""
    total = base_price(grams) * (1 + zone(address["country"])) // 2
    if hazardous:
        total += HAZARD_SURCHARGE
    if is_island(address["postcode"], address["country"]):
        total += ISLAND_SURCHARGE
    return total
