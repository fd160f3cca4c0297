from streams.sequence import count, fibonacci, interleave, running, take, until
from streams.windows import chunks, flatten, pairs, sliding


def test_windows():
    assert list(chunks([], 3)) == []
    assert list(chunks([1, 2, 3, 4, 5, 6, 7], 3)) == [[1, 2, 3], [4, 5, 6], [7]]
    assert list(sliding("hello", 2)) == [("h", "e"), ("e", "l"), ("l", "l"), ("l", "o")]
    assert list(sliding([1, 2], 1)) == [(1,), (2,)]
    assert list(pairs([1])) == []


def test_flat():
    assert list(flatten(5)) == [5]
    assert list(flatten([["ab"], (1, (2,))])) == ["ab", 1, 2]


def test_sequences():
    assert take(4, count()) == [0, 1, 2, 3]
    assert take(3, count(step=-2)) == [0, -2, -4]
    assert list(until([1, 5, 2, 9], 5)) == [1, 5, 2]
    assert take(-1, [1]) == []
    assert list(interleave([], "ab")) == ["a", "b"]
    assert list(interleave("ab", "cd")) == ["a", "c", "b", "d"]
    assert list(running([], 3)) == []
    assert list(running([5, -2, 4])) == [5, 3, 7]
    source = iter("abcd")
    assert take(1, source) + take(2, source) == ["a", "b", "c"] and next(source) == "d"
