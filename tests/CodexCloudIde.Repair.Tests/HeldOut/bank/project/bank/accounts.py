"""Accounts and a bank that holds them; amounts are cents."""

from bank.errors import Insufficient, NoAccount


class Account:
    def __init__(self, owner, balance=0, overdraft=0):
        self.owner = owner
        self.balance = balance
        self.overdraft = overdraft
        self.entries = []

    def deposit(self, amount):
        if amount <= 0:
            raise ValueError("an amount is positive")
        self.balance += amount
        self.entries.append(("deposit", amount))

    def withdraw(self, amount):
        if amount <= 0:
            raise ValueError("an amount is positive")
        available = self.balance + self.overdraft
        if amount > available:
            raise Insufficient(amount, available)
        self.balance -= amount
        self.entries.append(("withdraw", amount))


class Savings(Account):
    def __init__(self, owner, balance=0, rate=2):
        super().__init__(owner, balance)
        self.rate = rate

    def add_interest(self):
        interest = self.balance * self.rate // 100
        if interest > 0:
            self.deposit(interest)
        return interest


class Bank:
    def __init__(self):
        self._accounts = {}

    def open(self, number, account):
        self._accounts[number] = account
        return account

    def account(self, number):
        try:
            return self._accounts[number]
        except KeyError:
            raise NoAccount(number) from None

    def transfer(self, source, target, amount):
        payer = self.account(source)
        payee = self.account(target)
        payer.withdraw(amount)
        payee.deposit(amount)

    def total(self):
        return sum(account.balance for account in self._accounts.values())

    def owners(self):
        return sorted({account.owner for account in self._accounts.values()})

    def richest(self):
        return max(self._accounts.values(), key=lambda account: account.balance, default=None)
