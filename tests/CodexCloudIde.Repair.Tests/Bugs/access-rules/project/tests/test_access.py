from access.gate import Gate
from access.people import GUEST, Account
from access.rules import allowed, rule

RULES = [rule("staff", "read write"), rule("admins", "*"), rule("interns", "delete write", deny=True), rule("everyone", "read")]


def gate(now=100):
    return Gate(RULES, lambda: now)


def test_guest_reads():
    assert allowed(RULES, GUEST, "read")
    assert not allowed(RULES, GUEST, "write")


def test_admin_does_everything():
    assert allowed(RULES, Account("root", groups={"admins"}), "format")


def test_deny_outweighs_allow():
    assert not allowed(RULES, Account("kim", groups={"staff", "interns"}), "write")


def test_active_staff_pass_the_gate():
    assert gate().may(Account("ann", groups={"staff"}), "write")


def test_inactive_accounts_are_refused():
    assert not gate().may(Account("old", active=False, groups={"admins"}), "read")


def test_locked_accounts_are_refused_until_then():
    account = Account("bob", groups={"staff"}, locked_until=100)
    assert not gate(99).may(account, "read")
    assert gate(100).may(account, "read")


def test_refusals_are_kept():
    door = gate()
    door.may(GUEST, "write")
    assert door.refused == [("guest", "write")]


def test_filter():
    assert gate().filter(Account("ann", groups={"staff"}), ["read", "write", "delete"]) == ["read", "write"]
