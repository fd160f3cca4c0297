import pytest

from heap.binary import Heap
from heap.uses import heapsort, merge, smallest


def test_push_and_pop():
    heap = Heap([5, 2, 8, 1])
    assert [heap.pop() for _ in range(4)] == [1, 2, 5, 8]


def test_pop_of_empty():
    with pytest.raises(IndexError):
        Heap().pop()


def test_peek():
    heap = Heap([3, 1])
    assert heap.peek() == 1
    assert len(heap) == 2
    assert Heap().peek() is None


def test_key():
    heap = Heap(["aaa", "b", "cc"], key=len)
    assert [heap.pop() for _ in range(3)] == ["b", "cc", "aaa"]


def test_heapsort():
    assert heapsort([4, 9, 1, 7, 3, 8, 2]) == [1, 2, 3, 4, 7, 8, 9]
    assert heapsort([1, 3, 2], reverse=True) == [3, 2, 1]


def test_smallest():
    assert smallest(2, [5, 1, 4, 2]) == [1, 2]
    assert smallest(9, [2, 1]) == [1, 2]


def test_merge():
    assert merge([1, 4, 7], [], [2, 3, 9]) == [1, 2, 3, 4, 7, 9]
