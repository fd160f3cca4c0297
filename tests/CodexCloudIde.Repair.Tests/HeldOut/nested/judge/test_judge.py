from nested.paths import delete, get, put
from nested.shape import depth, difference, flatten, merge, unflatten


def test_paths():
    data = {"a": [{"b": 1}, [2, 3]], "n": None}
    assert get(data, "a.0.b") == 1 and get(data, "a.1.1") == 3 and get(data, "a.1.2", 7) == 7
    assert get(data, "n", 5) is None and get(data, "n.x", 5) == 5 and get([1], "0") == 1 and get([1], "1") is None
    made = {}
    put(made, "p.q", 1)
    put(made, "p.r.s", 2)
    put(made, "p.q", 3)
    assert made == {"p": {"q": 3, "r": {"s": 2}}}
    assert delete(made, "p.r.s") and made == {"p": {"q": 3, "r": {}}}
    assert not delete(made, "p.q.z") and delete(made, "p") and made == {}


def test_shape():
    deep = {"x": {"y": {"z": {"w": 0}}}, "u": {"v": []}}
    assert depth(deep) == 4
    assert flatten(deep) == {"x.y.z.w": 0, "u.v": []}
    assert unflatten(flatten(deep)) == deep
    assert merge({"a": 1}, {"a": {"b": 2}}) == {"a": {"b": 2}}
    assert merge({"a": {"b": {"c": 1}}}, {"a": {"b": {"d": 2}}}) == {"a": {"b": {"c": 1, "d": 2}}}
    one = {"k": {"l": 1}}
    merge(one, {"k": {"m": 2}})
    assert one == {"k": {"l": 1}}
    assert difference({}, {"a": {"b": 1}}) == (["a.b"], [], [])
    assert difference({"a": 1, "c": 2}, {}) == ([], ["a", "c"], [])
    assert difference({"a": 1}, {"a": 2}) == ([], [], ["a"])
