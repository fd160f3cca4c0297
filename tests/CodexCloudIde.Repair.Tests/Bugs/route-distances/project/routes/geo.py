"""Positions on a sphere."""

import math
from dataclasses import dataclass

RADIUS_KM = 6371.0


@dataclass(frozen=True)
class Position:
    latitude: float
    longitude: float

    def __post_init__(self):
        if not -90 <= self.latitude <= 90:
            raise ValueError(f"latitude {self.latitude}")
        if not -180 <= self.longitude <= 180:
            raise ValueError(f"longitude {self.longitude}")


def distance(a, b):
    """Kilometres along the great circle (haversine)."""
    phi_a, phi_b = math.radians(a.latitude), math.radians(b.latitude)
    d_phi = phi_b - phi_a
    d_lambda = math.radians(b.longitude - a.longitude)
    h = math.sin(d_phi / 2) ** 2 + math.cos(phi_a) * math.cos(phi_b) * math.sin(d_lambda / 2) ** 2
    return 2 * RADIUS_KM * math.asin(math.sqrt(h))
