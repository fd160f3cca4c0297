import pytest

from rover.compass import Heading
from rover.vehicle import Obstacle, Rover
from rover.world import World


def test_turning():
    assert Heading.NORTH.right() == Heading.EAST
    assert Heading.WEST.right() == Heading.NORTH
    assert Heading.NORTH.left() == Heading.WEST


def test_forward_and_back():
    rover = Rover()
    assert rover.run("FF") == (0, 2)
    assert rover.run("B") == (0, 1)


def test_turn_and_go():
    assert Rover().run("frf") == (1, 1)
    assert Rover().run("LF") == (-1, 0)


def test_unknown_letter():
    with pytest.raises(ValueError):
        Rover().run("FX")


def test_wraps():
    assert Rover(0, 0, world=World(3, 4)).run("B") == (0, 3)
    assert Rover(2, 0, Heading.EAST, World(3, 4)).run("F") == (0, 0)


def test_obstacle():
    rover = Rover(world=World(5, 5, [(0, 2)]))
    with pytest.raises(Obstacle) as met:
        rover.run("FFF")
    assert met.value.place == (0, 2)
    assert (rover.x, rover.y) == (0, 1)


def test_trail_and_distance():
    rover = Rover()
    rover.run("FRF")
    assert rover.trail == [(0, 0), (0, 1), (1, 1)]
    assert rover.distance() == 2


def test_free():
    assert World(2, 2, [(1, 0)]).free() == [(0, 0), (0, 1), (1, 1)]
