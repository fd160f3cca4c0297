import pytest

from bank.accounts import Account, Bank, Savings
from bank.errors import BankError, Insufficient, NoAccount
from bank.transaction import Transaction


def test_limits():
    a = Account("x", 20, 5)
    with pytest.raises(Insufficient) as e:
        a.withdraw(26)
    assert (e.value.needed, e.value.available, a.balance, a.entries) == (26, 25, 20, [])
    a.withdraw(25)
    assert a.balance == -5
    a.deposit(7)
    assert a.balance == 2
    with pytest.raises(ValueError):
        a.withdraw(-1)
    assert isinstance(e.value, BankError)


def test_interest():
    s = Savings("y", 150)
    assert [s.add_interest(), s.add_interest()] == [3, 3]
    assert s.balance == 156 and s.overdraft == 0
    with pytest.raises(Insufficient):
        s.withdraw(157)


def test_bank():
    b = Bank()
    assert b.total() == 0 and b.owners() == []
    first = b.open("a", Account("p", 5))
    second = b.open("b", Account("q", 9))
    assert b.richest() is second
    b.transfer("b", "a", 9)
    assert (first.balance, second.balance, b.total()) == (14, 0, 14)
    with pytest.raises(Insufficient):
        b.transfer("b", "a", 1)
    assert (first.balance, second.balance) == (14, 0)
    with pytest.raises(NoAccount):
        b.account("zzz")


def test_rollback():
    a, b = Account("p", 5), Account("q", 9)
    with pytest.raises(RuntimeError):
        with Transaction(a, b):
            a.deposit(1)
            b.withdraw(9)
            raise RuntimeError
    assert (a.balance, b.balance, a.entries, b.entries) == (5, 9, [], [])
    with Transaction(b):
        b.withdraw(2)
    assert (b.balance, b.entries) == (7, [("withdraw", 2)])
