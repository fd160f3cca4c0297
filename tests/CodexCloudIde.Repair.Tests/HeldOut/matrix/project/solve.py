"""Determinants and systems."""

from matrix import ShapeError, shape


def minor(m, row, column):
    return [r[:column] + r[column + 1:] for i, r in enumerate(m) if i != row]


def determinant(m):
    rows, columns = shape(m)
    if rows != columns:
        raise ShapeError("not square")
    if rows == 1:
        return m[0][0]
    total = 0
    for c in range(columns):
        sign = -1 if c % 2 else 1
        total += sign * m[0][c] * determinant(minor(m, 0, c))
    return total


def solve(m, right):
    """Cramer's rule; None for a singular matrix."""
    whole = determinant(m)
    if whole == 0:
        return None
    answer = []
    for c in range(len(m)):
        replaced = [row[:c] + [right[r]] + row[c + 1:] for r, row in enumerate(m)]
        answer.append(determinant(replaced) / whole)
    return answer


def trace(m):
    return sum(m[i][i] for i in range(len(m)))
