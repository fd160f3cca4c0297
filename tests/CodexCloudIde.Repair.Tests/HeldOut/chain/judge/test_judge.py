import pytest

from chain import Chain
from chain.algorithms import merged, middle, without_repeats


def test_many_operations():
    c = Chain()
    for n in range(5):
        c.prepend(n)
    assert list(c) == [4, 3, 2, 1, 0] and len(c) == 5
    assert c.remove(0) and c.remove(4)
    c.append(7)
    assert list(c) == [3, 2, 1, 7] and len(c) == 4
    c.reverse()
    c.append(8)
    assert list(c) == [7, 1, 2, 3, 8]
    assert c[-5] == 7 and c[4] == 8
    with pytest.raises(IndexError):
        c[5]


def test_remove_only():
    c = Chain([1])
    assert c.remove(1)
    assert list(c) == [] and len(c) == 0
    c.append(3)
    assert list(c) == [3]
    assert not c.remove(1)


def test_merge():
    assert list(merged(Chain([5]), Chain([1, 2]))) == [1, 2, 5]
    assert list(merged(Chain(), Chain([1]))) == [1]
    assert list(merged(Chain([1, 1]), Chain([1]))) == [1, 1, 1]


def test_middle_and_repeats():
    assert middle(Chain([9])) == 9
    assert middle(Chain(range(6))) == 3
    assert list(without_repeats(Chain("aabbca"))) == ["a", "b", "c"]


def test_two_iterations_at_once():
    c = Chain([1, 2])
    assert [(a, b) for a in c for b in c] == [(1, 1), (1, 2), (2, 1), (2, 2)]
