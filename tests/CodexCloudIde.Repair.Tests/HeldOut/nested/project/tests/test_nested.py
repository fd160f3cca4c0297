from nested.paths import delete, get, put
from nested.shape import depth, difference, flatten, merge, unflatten

DATA = {"a": {"b": {"c": 1}, "d": [10, 20]}, "e": 2}


def test_get():
    assert get(DATA, "a.b.c") == 1
    assert get(DATA, "a.d.1") == 20
    assert get(DATA, "a.d.2", "none") == "none"
    assert get(DATA, "e.f") is None
    assert get(DATA, "") == DATA


def test_put():
    data = {"a": {}}
    put(data, "a.b.c", 5)
    put(data, "x", 1)
    assert data == {"a": {"b": {"c": 5}}, "x": 1}


def test_delete():
    data = {"a": {"b": 1, "c": 2}}
    assert delete(data, "a.b")
    assert data == {"a": {"c": 2}}
    assert not delete(data, "a.z")
    assert not delete(data, "q.r.s")


def test_flatten():
    assert flatten({"a": {"b": 1, "c": {"d": 2}}, "e": {}}) == {"a.b": 1, "a.c.d": 2, "e": {}}


def test_unflatten():
    assert unflatten({"a.b": 1, "a.c": 2, "d": 3}) == {"a": {"b": 1, "c": 2}, "d": 3}


def test_depth():
    assert depth({"a": {"b": {"c": 1}}, "d": 2}) == 3
    assert depth(5) == 0
    assert depth({}) == 1


def test_merge():
    first, second = {"a": {"x": 1, "y": 2}, "b": 1}, {"a": {"y": 3}, "c": 4}
    assert merge(first, second) == {"a": {"x": 1, "y": 3}, "b": 1, "c": 4}
    assert first == {"a": {"x": 1, "y": 2}, "b": 1}


def test_difference():
    assert difference({"a": 1, "b": {"c": 2, "d": 3}}, {"b": {"c": 9, "d": 3}, "e": 0}) == (["e"], ["a"], ["b.c"])
