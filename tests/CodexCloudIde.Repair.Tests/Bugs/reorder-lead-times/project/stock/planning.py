"""Which items to order today."""

from stock import suppliers


def urgent(item, terms):
    """It runs out before a delivery ordered today could arrive."""
    left = item.days_left()
    if left is None:
        return False
    return left < suppliers.lead_days(terms, item.supplier)


def proposal(items, terms):
    """(code, quantity, urgent) for each item to order, the urgent first."""
    rows = []
    for item in items:
        if not item.below_reorder_point and not urgent(item, terms):
            continue
        wanted = max(item.reorder_point * 2 - item.on_hand, suppliers.minimum_order(terms, item.supplier))
        rows.append((item.code, wanted, urgent(item, terms)))
    return sorted(rows, key=lambda row: (not row[2], row[0]))
