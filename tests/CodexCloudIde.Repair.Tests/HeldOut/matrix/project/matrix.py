"""Matrices as lists of rows."""


class ShapeError(ValueError):
    pass


def shape(m):
    return len(m), len(m[0]) if m else 0


def zeros(rows, columns):
    return [[0] * columns for _ in range(rows)]


def identity(n):
    m = zeros(n, n)
    for i in range(n):
        m[i][i] = 1
    return m


def transpose(m):
    rows, columns = shape(m)
    return [[m[r][c] for r in range(rows)] for c in range(columns)]


def multiply(a, b):
    n, k = shape(a)
    k2, p = shape(b)
    if k != k2:
        raise ShapeError(f"{n}x{k} times {k2}x{p}")
    product = zeros(n, p)
    for i in range(n):
        for j in range(p):
            total = 0
            for x in range(k):
                total += a[i][x] * b[x][j]
            product[i][j] = total
    return product


def rotate(m):
    """A quarter turn clockwise."""
    return [list(row) for row in zip(*m[::-1])]


def spiral(m):
    m = [list(row) for row in m]
    out = []
    while m:
        out.extend(m.pop(0))
        m = transpose(m)[::-1] if m else []
    return out
