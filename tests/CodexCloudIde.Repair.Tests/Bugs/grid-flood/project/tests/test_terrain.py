import pytest

from terrain.grid import Grid
from terrain.regions import region, shore
from terrain.survey import inner_lakes, lakes

MAP = Grid.parse("""
.....
.~~..
.~...
....~
""")


def test_size():
    assert (MAP.width, MAP.height) == (5, 4)


def test_ragged_rows_are_refused():
    with pytest.raises(ValueError):
        Grid(["..", "."])


def test_neighbours_inside():
    assert list(MAP.neighbours(2, 1)) == [(2, 0), (3, 1), (2, 2), (1, 1)]


def test_neighbours_in_the_corner():
    assert sorted(MAP.neighbours(4, 3)) == [(3, 3), (4, 2)]


def test_region():
    assert region(MAP, 1, 1) == {(1, 1), (2, 1), (1, 2)}


def test_lakes():
    assert lakes(MAP) == [3, 1]


def test_inner_lakes():
    assert [len(part) for part in inner_lakes(MAP)] == [3]


def test_shore_of_an_inner_lake():
    assert len(shore(MAP, 1, 1)) == 7
