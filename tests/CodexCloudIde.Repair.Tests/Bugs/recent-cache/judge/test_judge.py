from cache.loader import Loader
from cache.recent import RecentCache


def test_order_after_reads():
    cache = RecentCache(4)
    for key in "abcd":
        cache.put(key, 1)
    cache.get("b")
    cache.get("a")
    assert cache.keys() == ["c", "d", "b", "a"]


def test_misses_change_nothing():
    cache = RecentCache(2)
    cache.put("a", 1)
    cache.put("b", 2)
    assert cache.get("x") is None
    assert cache.keys() == ["a", "b"]
    assert (cache.hits, cache.misses) == (0, 1)


def test_values_survive_reads():
    cache = RecentCache(2)
    cache.put("a", 1)
    cache.put("b", 2)
    assert [cache.get("a"), cache.get("a"), cache.get("b")] == [1, 1, 2]
    assert len(cache) == 2 and cache.hits == 3


def test_hot_key_is_never_reloaded():
    loader = Loader(RecentCache(2), str.upper)
    for key in "hahbhch":
        loader(key)
    assert loader.loaded.count("h") == 1
