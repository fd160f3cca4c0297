import pytest

from jobs.cost import parallel, serial
from jobs.graph import Cycle, Graph
from jobs.order import order, waves


@pytest.fixture
def build():
    graph = Graph()
    graph.add("package", "compile", "docs")
    graph.add("compile", "fetch")
    graph.add("test", "compile")
    return graph


def test_jobs(build):
    assert build.jobs() == ["compile", "docs", "fetch", "package", "test"]


def test_direct_needs(build):
    assert build.needs("package") == ["compile", "docs"]


def test_all_needs_of_one_level(build):
    assert build.all_needs("compile") == {"fetch"}


def test_all_needs(build):
    assert build.all_needs("package") == {"compile", "docs", "fetch"}


def test_order(build):
    assert order(build) == ["docs", "fetch", "compile", "package", "test"]


def test_a_cycle_is_named():
    graph = Graph()
    graph.add("a", "b")
    graph.add("b", "a")
    with pytest.raises(Cycle, match="a, b"):
        order(graph)


def test_waves(build):
    assert waves(build) == [["docs", "fetch"], ["compile"], ["package", "test"]]


def test_costs(build):
    minutes = {"compile": 10, "test": 5, "docs": 3}
    assert serial(build, minutes) == 20
    assert parallel(build, minutes) == 18
