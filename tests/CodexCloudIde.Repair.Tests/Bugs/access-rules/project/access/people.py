"""Accounts and groups."""

from dataclasses import dataclass, field


@dataclass
class Account:
    name: str
    active: bool = True
    groups: set = field(default_factory=set)
    locked_until: int | None = None

    def locked(self, now):
        return self.locked_until is not None and now < self.locked_until


GUEST = Account("guest", groups={"everyone"})
