from figures.series import differences, moving_average, peaks, smooth


def test_moving_average():
    assert moving_average([1, 2, 3, 4], 2) == [1.5, 2.5, 3.5]


def test_smooth():
    assert smooth([4, 8, 8]) == [4, 6, 7]
    assert smooth([10, 0], 0.2) == [10, 8]


def test_differences():
    assert differences([1, 4, 2]) == [3, -2]


def test_peaks():
    assert peaks([1, 3, 2, 5, 5, 1, 9]) == [1]
