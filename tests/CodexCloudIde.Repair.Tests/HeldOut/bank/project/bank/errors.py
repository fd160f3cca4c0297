class BankError(Exception):
    pass


class Insufficient(BankError):
    def __init__(self, needed, available):
        super().__init__(f"needs {needed}, has {available}")
        self.needed = needed
        self.available = available


class NoAccount(BankError):
    pass
