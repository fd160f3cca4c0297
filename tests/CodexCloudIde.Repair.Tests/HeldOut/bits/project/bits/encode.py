"""Bytes: variable-length integers and checksums."""

from bits.basic import parity


def encode(n):
    out = bytearray()
    while True:
        low = n & 0x7F
        n >>= 7
        if n:
            out.append(low | 0x80)
        else:
            out.append(low)
            return bytes(out)


def decode(data):
    result = 0
    shift = 0
    for byte in data:
        result |= (byte & 0x7F) << shift
        if not byte & 0x80:
            break
        shift += 7
    return result


def checksum(data):
    total = 0
    for byte in data:
        total = (total + byte) & 0xFF
    return (-total) & 0xFF


def is_valid(data):
    return sum(data) & 0xFF == 0


def with_parity(n):
    return (n << 1) | parity(n)
