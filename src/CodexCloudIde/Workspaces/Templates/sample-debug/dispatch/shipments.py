"""Parcels, tracking events and the state that follows from them."""

from dataclasses import dataclass, field
from datetime import timedelta

from dispatch import clock, normalise

STATES = {
    "created": "announced",
    "picked": "in transit",
    "hub": "in transit",
    "out": "in delivery",
    "delivered": "delivered",
    "refused": "returning",
    "returned": "returned",
}

FINAL = ("delivered", "returned")


@dataclass
class Shipment:
    id: str
    order_id: str
    carrier: str
    address: dict
    events: list = field(default_factory=list)

    @property
    def state(self):
        if not self.events:
            return "announced"
        return STATES.get(self.events[-1]["code"], "unknown")

    @property
    def finished(self):
        return self.state in FINAL

    @property
    def hubs(self):
        """The hubs that the parcel went through, in order, each once."""
        seen = []
        for event in self.events:
            hub = event["hub"]
            if hub and hub not in seen:
                seen.append(hub)
        return seen

    def last_seen(self):
        return clock.parse(self.events[-1]["at"]) if self.events else None

    def stalled(self, now, hours=48):
        """Nothing was heard of it for ``hours`` although it has not arrived."""
        if self.finished or not self.events:
            return False
        return now - self.last_seen() >= timedelta(hours=hours)


def from_record(record):
    return Shipment(
        id=record["id"],
        order_id=record["orderId"],
        carrier=record["carrier"],
        address=normalise.address(record),
        events=normalise.events(record),
    )


def by_state(shipments):
    groups = {}
    for shipment in shipments:
        groups.setdefault(shipment.state, []).append(shipment)
    return groups
