"""Bits of non-negative integers."""


def ones(n):
    count = 0
    while n:
        n &= n - 1
        count += 1
    return count


def width(n):
    bits = 0
    while n > 0:
        n >>= 1
        bits += 1
    return bits


def get(n, position):
    return (n >> position) & 1


def put(n, position, bit):
    mask = 1 << position
    return n | mask if bit else n & ~mask


def reverse(n, size):
    result = 0
    for _ in range(size):
        result = (result << 1) | (n & 1)
        n >>= 1
    return result


def parity(n):
    return ones(n) % 2
