import pytest

from figures import mean, median, mode
from figures.centre import weighted_mean


def test_mean():
    assert mean([1, 2, 6]) == 3
    with pytest.raises(ValueError):
        mean([])


def test_median():
    assert median([9, 1, 4]) == 4
    assert median([9, 1, 4, 5]) == 4.5


def test_mode():
    assert mode([2, 1, 2, 1, 3]) == 1


def test_weighted():
    assert weighted_mean([10, 20], [3, 1]) == 12.5
