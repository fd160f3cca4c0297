"""Suppliers' terms as they come from the purchasing spreadsheet."""

DEFAULT_LEAD_DAYS = 14


def parse_terms(rows):
    """Terms by supplier; a row may leave out what was not negotiated."""
    terms = {}
    for row in rows:
        entry = {}
        if row.get("lead"):
            entry["lead_days"] = int(row["lead"])
        if row.get("minimum"):
            entry["minimum"] = int(row["minimum"])
        terms[row["supplier"]] = entry
    return terms


def minimum_order(terms, supplier):
    return terms.get(supplier, {}).get("minimum", 1)


def lead_days(terms, supplier):
    """Days from order to arrival; what was not negotiated takes DEFAULT_LEAD_DAYS."""
    return terms.get(supplier, {})["lead_days"]
