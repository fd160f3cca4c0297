import pytest

from bank.accounts import Account, Bank, Savings
from bank.errors import Insufficient, NoAccount
from bank.transaction import Transaction


def test_deposit_and_withdraw():
    account = Account("ann", 100)
    account.deposit(50)
    account.withdraw(30)
    assert account.balance == 120
    assert account.entries == [("deposit", 50), ("withdraw", 30)]


@pytest.mark.parametrize("amount", [0, -5])
def test_amount_is_positive(amount):
    with pytest.raises(ValueError):
        Account("ann").deposit(amount)
    with pytest.raises(ValueError):
        Account("ann", 10).withdraw(amount)


def test_withdraw_everything():
    account = Account("ann", 100)
    account.withdraw(100)
    assert account.balance == 0


def test_overdraft():
    account = Account("ann", 100, overdraft=50)
    account.withdraw(150)
    assert account.balance == -50
    with pytest.raises(Insufficient) as failed:
        account.withdraw(1)
    assert (failed.value.needed, failed.value.available) == (1, 0)


def test_savings():
    account = Savings("bob", 1000, rate=3)
    assert account.add_interest() == 30
    assert (account.balance, account.owner) == (1030, "bob")
    assert Savings("bob").add_interest() == 0


@pytest.fixture
def bank():
    made = Bank()
    made.open(1, Account("ann", 100))
    made.open(2, Account("bob", 10))
    made.open(3, Savings("ann", 500))
    return made


def test_transfer(bank):
    bank.transfer(1, 2, 40)
    assert (bank.account(1).balance, bank.account(2).balance) == (60, 50)


def test_transfer_to_nobody(bank):
    with pytest.raises(NoAccount):
        bank.transfer(1, 9, 40)
    assert bank.account(1).balance == 100


def test_totals(bank):
    assert bank.total() == 610
    assert bank.owners() == ["ann", "bob"]
    assert bank.richest().balance == 500
    assert Bank().richest() is None


def test_transaction_rolls_back(bank):
    a, b = bank.account(1), bank.account(2)
    with pytest.raises(Insufficient):
        with Transaction(a, b):
            b.deposit(5)
            a.withdraw(1000)
    assert (a.balance, b.balance, b.entries) == (100, 10, [])


def test_transaction_keeps(bank):
    a = bank.account(1)
    with Transaction(a) as transaction:
        a.deposit(5)
    assert transaction.accounts == (a,)
    assert a.balance == 105
