"""All or nothing."""


class Transaction:
    def __init__(self, *accounts):
        self.accounts = accounts
        self.saved = []

    def __enter__(self):
        self.saved = [(account.balance, len(account.entries)) for account in self.accounts]
        return self

    def __exit__(self, kind, error, trace):
        if kind is not None:
            for account, (balance, entries) in zip(self.accounts, self.saved):
                account.balance = balance
                del account.entries[entries:]
        return False
