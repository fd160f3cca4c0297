"""An invoice over positions, with a discount for early payment."""

from billing import tax


class Invoice:
    def __init__(self, number, positions, kind="standard", early_percent=0):
        self.number = number
        self.positions = list(positions)
        self.kind = kind
        self.early_percent = early_percent

    @property
    def net(self):
        return sum(position.gross for position in self.positions)

    @property
    def saved(self):
        return sum(position.saved for position in self.positions)

    @property
    def tax(self):
        return tax.tax(self.net, self.kind)

    @property
    def total(self):
        return self.net + self.tax

    def early_total(self):
        """What is due when paid within ten days."""
        return self.total - self.total * self.early_percent // 100

    def summary(self):
        return {"number": self.number, "net": self.net, "tax": self.tax, "total": self.total, "saved": self.saved}


def outstanding(invoices, payments):
    """Cents still due by invoice number."""
    due = {}
    for invoice in invoices:
        rest = invoice.total - payments.get(invoice.number, 0)
        if rest > 0:
            due[invoice.number] = rest
    return due
