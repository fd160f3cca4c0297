import pytest

import matrix
import solve


def test_shapes():
    assert matrix.multiply([[1, 0, 2], [0, 3, 1]], [[1, 2], [3, 4], [5, 6]]) == [[11, 14], [14, 18]]
    assert matrix.multiply([[2], [3]], [[4, 5]]) == [[8, 10], [12, 15]]
    assert matrix.transpose([[1], [2]]) == [[1, 2]]
    with pytest.raises(matrix.ShapeError):
        matrix.multiply([[1], [2]], [[1], [2]])


def test_rotations():
    m = [[1, 2, 3], [4, 5, 6]]
    assert matrix.rotate(m) == [[4, 1], [5, 2], [6, 3]]
    for _ in range(4):
        m = matrix.rotate(m)
    assert m == [[1, 2, 3], [4, 5, 6]]
    assert matrix.spiral([[1, 2], [3, 4], [5, 6]]) == [1, 2, 4, 6, 5, 3]


def test_determinants():
    assert solve.determinant([[1, 2, 3], [4, 5, 6], [7, 8, 10]]) == -3
    assert solve.determinant(matrix.identity(4)) == 1
    assert solve.determinant([[0, 1], [1, 0]]) == -1
    assert solve.solve([[1, 0, 0], [0, 2, 0], [0, 0, 4]], [1, 2, 8]) == [1, 1, 2]
    assert solve.trace([[1, 0, 0], [0, 5, 0], [0, 0, 7]]) == 13


def test_independent_rows():
    m = matrix.zeros(3, 1)
    m[2][0] = 1
    assert m == [[0], [0], [1]]
    assert matrix.identity(1) == [[1]]
