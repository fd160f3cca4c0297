from streams.sequence import count, fibonacci, interleave, running, take, until
from streams.windows import chunks, flatten, pairs, sliding


def test_chunks():
    assert list(chunks(range(5), 2)) == [[0, 1], [2, 3], [4]]


def test_chunks_of_exact_size():
    assert list(chunks("abcd", 2)) == [["a", "b"], ["c", "d"]]


def test_sliding():
    assert list(sliding([1, 2, 3, 4], 3)) == [(1, 2, 3), (2, 3, 4)]
    assert list(sliding([1], 3)) == []


def test_pairs():
    assert list(pairs("abc")) == [("a", "b"), ("b", "c")]


def test_flatten():
    assert list(flatten([1, [2, (3, [4])], []])) == [1, 2, 3, 4]


def test_count():
    assert take(3, count(5, 10)) == [5, 15, 25]


def test_take():
    assert take(2, [7, 8, 9]) == [7, 8]
    assert take(0, [7]) == []
    assert take(5, [7]) == [7]


def test_take_takes_no_more():
    source = iter([1, 2, 3])
    take(2, source)
    assert next(source) == 3


def test_fibonacci():
    assert take(8, fibonacci()) == [0, 1, 1, 2, 3, 5, 8, 13]


def test_until():
    assert list(until(fibonacci(), 8)) == [0, 1, 1, 2, 3, 5, 8]


def test_interleave():
    assert list(interleave("abc", [1], "xy")) == ["a", 1, "x", "b", "y", "c"]


def test_running():
    assert list(running([1, 2, 3])) == [1, 3, 6]
    assert list(running([1, 2], 10)) == [11, 13]
