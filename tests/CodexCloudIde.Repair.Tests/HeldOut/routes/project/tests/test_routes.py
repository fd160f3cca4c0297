import pytest

from routes.cheapest import cheapest
from routes.graph import Graph
from routes.walk import all_paths, has_cycle, hops, reachable


@pytest.fixture
def town():
    graph = Graph()
    graph.connect("a", "b", 4).connect("a", "c", 1).connect("c", "b", 2).connect("b", "d", 5).connect("x", "y", 1, both=True)
    return graph


def test_neighbours(town):
    assert town.neighbours("a") == ["b", "c"]
    assert town.neighbours("nowhere") == []


def test_both_ways(town):
    assert town.neighbours("y") == ["x"]


def test_reachable(town):
    assert reachable(town, "c") == {"c", "b", "d"}
    assert reachable(town, "x") == {"x", "y"}


def test_hops(town):
    assert hops(town, "a", "d") == 2
    assert hops(town, "a", "a") == 0
    assert hops(town, "a", "x") is None


def test_cycle(town):
    assert has_cycle(town)


def test_no_cycle():
    graph = Graph().connect("a", "b").connect("a", "c").connect("b", "d").connect("c", "d")
    assert not has_cycle(graph)


def test_all_paths(town):
    assert all_paths(town, "a", "d") == [("a", "b", "d"), ("a", "c", "b", "d")]


def test_cheapest(town):
    assert cheapest(town, "a", "d") == (8, ["a", "c", "b", "d"])


def test_cheapest_of_none(town):
    assert cheapest(town, "d", "a") is None


def test_cheapest_of_same(town):
    assert cheapest(town, "a", "a") == (0, ["a"])
