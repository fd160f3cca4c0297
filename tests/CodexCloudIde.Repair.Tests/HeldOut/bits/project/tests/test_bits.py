import pytest

from bits import basic, encode, flags


def test_ones():
    assert [basic.ones(n) for n in (0, 1, 7, 8, 255)] == [0, 1, 3, 1, 8]


def test_width():
    assert [basic.width(n) for n in (0, 1, 2, 8, 255)] == [0, 1, 2, 4, 8]


def test_get_and_put():
    assert [basic.get(5, at) for at in range(3)] == [1, 0, 1]
    assert basic.put(5, 1, 1) == 7
    assert basic.put(5, 0, 0) == 4
    assert basic.put(4, 0, 0) == 4


def test_reverse():
    assert basic.reverse(0b0011, 4) == 0b1100
    assert basic.reverse(0b1, 8) == 128


def test_parity():
    assert (basic.parity(7), basic.parity(3)) == (1, 0)


def test_combine():
    assert flags.combine(["read", "execute"]) == 5
    assert flags.combine(["read", "read"]) == 4


def test_names():
    assert flags.names(6) == ["read", "write"]


def test_toggle():
    assert flags.toggle(5, "write") == 7
    assert flags.toggle(5, "read") == 1


def test_mode():
    assert flags.mode(7, 5, 4) == 0o754
    assert flags.describe(0o754) == "rwxr-xr--"


@pytest.mark.parametrize("n, data", [(0, b"\x00"), (127, b"\x7f"), (128, b"\x80\x01"), (300, b"\xac\x02")])
def test_encode(n, data):
    assert encode.encode(n) == data
    assert encode.decode(data) == n


def test_checksum():
    data = bytes([1, 2, 250, 9])
    assert encode.checksum(data) == 250
    assert encode.is_valid(data + bytes([encode.checksum(data)]))


def test_with_parity():
    assert encode.with_parity(0b110) == 0b1100
    assert encode.with_parity(0b111) == 0b1111
