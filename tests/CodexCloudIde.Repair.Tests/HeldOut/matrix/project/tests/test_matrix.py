import pytest

import matrix
import solve


def test_identity():
    assert matrix.identity(3) == [[1, 0, 0], [0, 1, 0], [0, 0, 1]]


def test_zeros_rows_are_independent():
    m = matrix.zeros(2, 2)
    m[0][0] = 5
    assert m == [[5, 0], [0, 0]]


def test_transpose():
    assert matrix.transpose([[1, 2, 3], [4, 5, 6]]) == [[1, 4], [2, 5], [3, 6]]


def test_multiply():
    assert matrix.multiply([[1, 2], [3, 4]], [[5, 6], [7, 8]]) == [[19, 22], [43, 50]]


def test_multiply_shapes():
    assert matrix.multiply([[1, 2, 3]], [[1], [2], [3]]) == [[14]]
    with pytest.raises(matrix.ShapeError):
        matrix.multiply([[1, 2]], [[1, 2]])


def test_rotate():
    assert matrix.rotate([[1, 2], [3, 4]]) == [[3, 1], [4, 2]]


def test_spiral():
    assert matrix.spiral([[1, 2, 3], [4, 5, 6], [7, 8, 9]]) == [1, 2, 3, 6, 9, 8, 7, 4, 5]


def test_minor():
    assert solve.minor([[1, 2, 3], [4, 5, 6], [7, 8, 9]], 0, 1) == [[4, 6], [7, 9]]


def test_determinant():
    assert solve.determinant([[3]]) == 3
    assert solve.determinant([[1, 2], [3, 4]]) == -2
    assert solve.determinant([[2, 0, 1], [1, 3, 2], [1, 1, 1]]) == 0
    assert solve.determinant([[2, 1, 1], [1, 3, 2], [1, 0, 0]]) == -1


def test_not_square():
    with pytest.raises(matrix.ShapeError):
        solve.determinant([[1, 2]])


def test_solve():
    assert solve.solve([[2, 1], [1, 3]], [5, 10]) == [1, 3]
    assert solve.solve([[1, 1], [2, 2]], [1, 2]) is None


def test_trace():
    assert solve.trace([[1, 9], [8, 2]]) == 3
