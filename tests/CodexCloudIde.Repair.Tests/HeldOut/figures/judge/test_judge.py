import pytest

from figures import mean, median, mode, percentile, stdev, variance
from figures.centre import weighted_mean
from figures.series import differences, moving_average, peaks, smooth
from figures.spread import histogram


def test_centre():
    assert mean([0.5]) == 0.5
    assert median([5]) == 5 and median([2, 1]) == 1.5 and median([3, 1, 2, 10, 7]) == 3
    assert mode("zzaa") == "a" and mode([4, 4, 1]) == 4
    assert weighted_mean([1, 2, 3], [1, 1, 2]) == 2.25


def test_spread():
    assert variance([1, 2, 3, 4]) == pytest.approx(5 / 3)
    assert stdev([10, 10]) == 0
    assert percentile([3, 1, 2], 0) == 1
    assert percentile([0, 10, 20, 30], 40) == pytest.approx(12)
    assert histogram([], [0, 1]) == [0]
    assert histogram([0, 1, 1.5, 2, -1], [0, 1, 2]) == [1, 2]


def test_series():
    assert moving_average([3, 6, 9], 3) == [6]
    assert moving_average([3, 6], 1) == [3, 6]
    assert smooth([]) == [] and smooth([5]) == [5]
    assert smooth([0, 10, 10], 0.1) == pytest.approx([0, 1, 1.9])
    assert differences([5]) == []
    assert peaks([1, 5, 1, 5, 1]) == [1, 3] and peaks([5, 1, 5]) == []
