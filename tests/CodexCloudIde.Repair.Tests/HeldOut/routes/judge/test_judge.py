from routes.cheapest import cheapest
from routes.graph import Graph
from routes.walk import all_paths, has_cycle, hops, reachable


def ring(n):
    graph = Graph()
    for i in range(n):
        graph.connect(i, (i + 1) % n, i + 1)
    return graph


def test_ring():
    graph = ring(5)
    assert reachable(graph, 3) == {0, 1, 2, 3, 4}
    assert hops(graph, 1, 0) == 4
    assert has_cycle(graph)
    assert cheapest(graph, 3, 1) == (10, [3, 4, 0, 1])
    assert all_paths(graph, 0, 2) == [(0, 1, 2)]


def test_self_loop_and_dag():
    assert has_cycle(Graph().connect(1, 1))
    dag = Graph().connect(1, 2).connect(1, 3).connect(2, 3).connect(3, 4)
    assert not has_cycle(dag)
    assert all_paths(dag, 1, 4) == [(1, 2, 3, 4), (1, 3, 4)]
    assert hops(dag, 1, 4) == 2
    assert hops(dag, 4, 1) is None


def test_weights_matter():
    graph = Graph().connect("s", "t", 10).connect("s", "m", 3).connect("m", "n", 3).connect("n", "t", 3)
    assert cheapest(graph, "s", "t") == (9, ["s", "m", "n", "t"])
    assert cheapest(graph, "m", "s") is None
    both = Graph().connect("p", "q", 7, both=True)
    assert cheapest(both, "q", "p") == (7, ["q", "p"])
    assert both.neighbours("z") == []
