import random

import pytest

from heap.binary import Heap
from heap.uses import heapsort, merge, smallest


@pytest.mark.parametrize("seed", range(20))
def test_random(seed):
    r = random.Random(seed)
    values = [r.randrange(30) for _ in range(r.randrange(25))]
    assert heapsort(values) == sorted(values)
    assert heapsort(values, reverse=True) == sorted(values, reverse=True)
    assert smallest(5, values) == sorted(values)[:5]
    assert smallest(3, values, key=lambda v: -v) == sorted(values, reverse=True)[:3]
    a, b = sorted(values[::2]), sorted(values[1::2])
    assert merge(a, b) == sorted(values)


def test_heap():
    h = Heap()
    h.push(3)
    assert h.pop() == 3 and h.peek() is None and len(h) == 0
    with pytest.raises(IndexError):
        h.pop()
