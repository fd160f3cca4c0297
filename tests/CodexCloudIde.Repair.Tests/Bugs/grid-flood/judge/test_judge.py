from terrain.grid import Grid
from terrain.regions import region, shore
from terrain.survey import lakes


def test_all_corners():
    grid = Grid.parse("... ... ...")
    assert sorted(grid.neighbours(0, 0)) == [(0, 1), (1, 0)]
    assert sorted(grid.neighbours(2, 0)) == [(1, 0), (2, 1)]
    assert sorted(grid.neighbours(0, 2)) == [(0, 1), (1, 2)]
    assert sorted(grid.neighbours(2, 2)) == [(1, 2), (2, 1)]


def test_not_square():
    grid = Grid.parse("~~~~ ~..~")
    assert len(region(grid, 0, 0)) == 6
    assert sorted(grid.neighbours(3, 1)) == [(2, 1), (3, 0)]


def test_tall():
    grid = Grid.parse("~ ~ . ~")
    assert lakes(grid) == [2, 1]
    assert shore(grid, 0, 3) == {(0, 2)}


def test_no_wrap_around():
    assert lakes(Grid.parse("~.~ ... ~.~")) == [1, 1, 1, 1]
