"""Who has which book, until when."""

from dataclasses import dataclass
from datetime import date, timedelta

LOAN_DAYS = 21


class NotAvailable(Exception):
    """All copies are lent."""


@dataclass
class Loan:
    isbn: str
    reader: str
    due: date

    def overdue_days(self, today):
        return max(0, (today - self.due).days)


class Desk:
    def __init__(self, catalogue):
        self.catalogue = catalogue
        self.loans = []

    def lent(self, isbn):
        return sum(1 for loan in self.loans if loan.isbn == isbn)

    def lend(self, isbn, reader, today):
        book = self.catalogue.get(isbn)
        if book is None or self.lent(isbn) >= book.copies:
            raise NotAvailable(isbn)
        loan = Loan(isbn, reader, today + timedelta(days=LOAN_DAYS))
        self.loans.append(loan)
        return loan

    def give_back(self, isbn, reader):
        for loan in self.loans:
            if loan.isbn == isbn and loan.reader == reader:
                self.loans.remove(loan)
                return loan
        return None
