import pytest

from rover.compass import Heading
from rover.vehicle import Obstacle, Rover
from rover.world import World


def test_full_turns():
    for heading in Heading:
        assert heading.left().right() == heading
        assert heading.right().right().right().right() == heading
        assert heading.right().right() == heading.left().left()
    assert Heading.SOUTH.left() == Heading.EAST


def test_paths():
    assert Rover(3, 4, Heading.WEST).run("FFLF") == (1, 3)
    r = Rover(1, 1, Heading.SOUTH)
    assert r.run("BBRB") == (2, 3) and r.distance() == 3
    assert r.trail == [(1, 1), (1, 2), (1, 3), (2, 3)]
    assert Rover(-2, -3).distance() == 0


def test_world():
    w = World(3, 2, [(2, 1)])
    assert w.wrap(-1, 5) == (2, 1)
    assert w.free() == [(0, 0), (1, 0), (2, 0), (0, 1), (1, 1)]
    r = Rover(2, 0, world=w)
    with pytest.raises(Obstacle):
        r.run("B")
    assert (r.x, r.y, r.trail) == (2, 0, [(2, 0)])
