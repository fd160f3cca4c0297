import pytest

from figures import percentile, stdev, variance
from figures.spread import histogram


def test_variance():
    assert variance([2, 4, 4, 4, 5, 5, 7, 9]) == pytest.approx(4.571428571)


def test_stdev():
    assert stdev([1, 3]) == pytest.approx(1.41421356)


def test_percentile():
    assert percentile([1, 2, 3, 4, 5], 50) == 3
    assert percentile([10, 20], 25) == 12.5
    assert percentile([7, 1], 100) == 7


def test_histogram():
    assert histogram([1, 2, 2.5, 5, 9], [0, 2, 5, 10]) == [1, 2, 2]
