from bits import basic, encode, flags


def test_basic():
    for n in range(200):
        assert basic.ones(n) == bin(n).count("1")
        assert basic.width(n) == n.bit_length()
        assert basic.reverse(basic.reverse(n, 8), 8) == n
        assert basic.parity(n) == bin(n).count("1") % 2
        for at in range(9):
            assert basic.get(n, at) == n // 2 ** at % 2
            assert basic.get(basic.put(n, at, 1), at) == 1
            assert basic.get(basic.put(n, at, 0), at) == 0


def test_flags():
    assert flags.combine([]) == 0 and flags.names(0) == []
    assert flags.names(7) == ["read", "write", "execute"]
    assert flags.combine(["write", "execute", "write"]) == 3
    assert flags.describe(flags.mode(6, 4, 1)) == "rw-r----x"
    assert flags.toggle(flags.toggle(3, "execute"), "execute") == 3


def test_encode():
    for n in (1, 129, 16383, 16384, 2 ** 40 + 5):
        assert encode.decode(encode.encode(n)) == n
    assert encode.decode(b"\x05\x07") == 5
    assert encode.checksum(b"") == 0
    assert encode.checksum(bytes([255, 255])) == 2
    assert not encode.is_valid(b"\x01")
    assert encode.with_parity(0b1) == 0b11
