"""The morning report: totals, delays, and costs by region."""

from dispatch import catalogue, feed, money, orders, pages, rates, shipments

ROWS_ON_A_SHEET = 40


class Report:
    def __init__(self, order_list, shipment_list, articles=catalogue.STANDARD):
        self.orders = orders.by_id(order_list)
        self.shipments = list(shipment_list)
        self.articles = articles

    @classmethod
    def from_feed(cls, parsed, articles=catalogue.STANDARD):
        return cls(
            [orders.from_record(record) for record in feed.records(parsed, "order")],
            [shipments.from_record(record) for record in feed.records(parsed, "shipment")],
            articles,
        )

    @property
    def turnover(self):
        return sum(order.total for order in self.orders.values())

    def turnover_by_country(self):
        totals = {}
        for order in self.orders.values():
            country = order.address["country"]
            totals[country] = totals.get(country, 0) + order.total
        return dict(sorted(totals.items()))

    def postage(self):
        """Cents by shipment id, for shipments whose order is in the feed."""
        costs = {}
        for shipment in self.shipments:
            order = self.orders.get(shipment.order_id)
            if order is None:
                continue
            costs[shipment.id] = rates.price(
                self.articles.weight(order.lines),
                shipment.address,
                hazardous=bool(self.articles.hazards(order.lines)),
            )
        return costs

    def unshipped(self):
        shipped = {shipment.order_id for shipment in self.shipments}
        return sorted(order.id for order in self.orders.values() if order.id not in shipped)

    def stalled(self, now):
        return sorted(shipment.id for shipment in self.shipments if shipment.stalled(now))

    def states(self):
        return {state: len(group) for state, group in sorted(shipments.by_state(self.shipments).items())}

    def rows(self):
        """One row for each order: id, day, country, pieces, total."""
        return [
            (order.id, order.due.isoformat(), order.address["country"], order.pieces, money.show(order.total))
            for order in sorted(self.orders.values(), key=lambda order: (order.due, order.id))
        ]

    def sheets(self, size=ROWS_ON_A_SHEET):
        return pages.sheets(self.rows(), size)

    def text(self):
        out = [f"Turnover {money.show(self.turnover)}"]
        for country, total in self.turnover_by_country().items():
            out.append(f"  {country} {money.show(total)}")
        for state, count in self.states().items():
            out.append(f"{count} {state}")
        for number, count, rows in self.sheets():
            out.append(f"-- sheet {number} of {count}")
            out.extend("  ".join(str(cell) for cell in row) for row in rows)
        return "\n".join(out)
