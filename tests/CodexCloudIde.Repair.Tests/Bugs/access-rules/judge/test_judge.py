from access.gate import Gate
from access.people import Account
from access.rules import allowed, rule


def test_inactive_and_not_locked():
    assert not Gate([rule("a", "*")], lambda: 5).may(Account("x", active=False, groups={"a"}), "read")


def test_active_and_locked():
    assert not Gate([rule("a", "*")], lambda: 5).may(Account("x", groups={"a"}, locked_until=6), "read")


def test_neither():
    door = Gate([rule("a", "*")], lambda: 5)
    assert door.may(Account("x", groups={"a"}, locked_until=5), "read")
    assert door.may(Account("y", groups={"a"}), "read")
    assert door.refused == []


def test_both():
    assert not Gate([rule("a", "*")], lambda: 5).may(Account("x", active=False, groups={"a"}, locked_until=6), "read")


def test_other_groups_are_not_concerned():
    assert not allowed([rule("a", "*")], Account("x", groups={"b"}), "read")
