"""Articles: weights, sizes and hazard classes."""

from dataclasses import dataclass

from dispatch.errors import UnknownArticle


@dataclass(frozen=True)
class Article:
    sku: str
    title: str
    grams: int
    hazard: str | None = None

    @property
    def hazardous(self):
        return self.hazard is not None


class Catalogue:
    def __init__(self, articles):
        self._by_sku = {article.sku: article for article in articles}

    def __len__(self):
        return len(self._by_sku)

    def __contains__(self, sku):
        return sku in self._by_sku

    def get(self, sku):
        try:
            return self._by_sku[sku]
        except KeyError:
            raise UnknownArticle(sku) from None

    def weight(self, lines):
        """Grams of all lines together."""
        return sum(self.get(line.sku).grams * line.quantity for line in lines)

    def hazards(self, lines):
        return sorted({self.get(line.sku).hazard for line in lines if self.get(line.sku).hazardous})


STANDARD = Catalogue([
    Article("LAMP-01", "Desk lamp", 1200),
    Article("BULB-60", "Bulb, 60 W", 80),
    Article("BATT-AA", "Batteries, 8 pieces", 190, hazard="9"),
    Article("PAINT-W", "Wall paint, 5 l", 7200, hazard="3"),
    Article("SHELF-2", "Shelf, two boards", 9400),
])
