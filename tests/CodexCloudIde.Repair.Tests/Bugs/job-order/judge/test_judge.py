from jobs.graph import Graph


def chain(*names):
    graph = Graph()
    for job, need in zip(names, names[1:]):
        graph.add(job, need)
    return graph


def test_long_chain():
    assert chain("a", "b", "c", "d", "e").all_needs("a") == {"b", "c", "d", "e"}


def test_middle_of_a_chain():
    assert chain("a", "b", "c", "d").all_needs("b") == {"c", "d"}


def test_diamond():
    graph = Graph()
    graph.add("top", "left", "right")
    graph.add("left", "base")
    graph.add("right", "base")
    assert graph.all_needs("top") == {"left", "right", "base"}


def test_leaf_needs_nothing():
    assert chain("a", "b").all_needs("b") == set()


def test_a_cycle_ends():
    graph = chain("a", "b", "a")
    assert graph.all_needs("a") == {"a", "b"}
