"""What lies in the store room."""

from dataclasses import dataclass


@dataclass
class Item:
    code: str
    supplier: str
    on_hand: int
    reorder_point: int
    per_day: float = 0.0

    @property
    def below_reorder_point(self):
        return self.on_hand <= self.reorder_point

    def days_left(self):
        if self.per_day == 0:
            return None
        return self.on_hand / self.per_day
