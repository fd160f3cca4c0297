"""Splits long lists for the printers in the hall, which hold a fixed number of rows on a sheet."""


def page_count(rows, size):
    """How many sheets ``rows`` rows need."""
    if size <= 0:
        raise ValueError("size must be positive")
    return (rows + size - 1) // size


def page(rows, number, size):
    """The rows of sheet ``number``, counted from 1."""
    if not 1 <= number <= max(1, page_count(len(rows), size)):
        raise IndexError(f"no page {number}")
    start = (number - 1) * size
    return rows[start:start + size - 1]


def sheets(rows, size):
    """All sheets: ``(number, of, rows)``."""
    count = page_count(len(rows), size)
    return [(number, count, page(rows, number, size)) for number in range(1, count + 1)]
