"""What a late book costs."""

PER_DAY = 20
MOST = 500


def fine(loan, today):
    days = loan.overdue_days(today)
    return min(days * PER_DAY, MOST)


def total(loans, today):
    cents = 0
    for loan in loans:
        cents += fine(loan, today)
    return cents
