import pytest

from cache.loader import Loader
from cache.recent import RecentCache
from cache.stats import line, ratio


def filled():
    cache = RecentCache(3)
    for key in "abc":
        cache.put(key, key.upper())
    return cache


def test_capacity_is_positive():
    with pytest.raises(ValueError):
        RecentCache(0)


def test_get_and_default():
    cache = filled()
    assert cache.get("a") == "A"
    assert cache.get("z", "?") == "?"


def test_the_oldest_is_forgotten():
    cache = filled()
    cache.put("d", "D")
    assert cache.keys() == ["b", "c", "d"]


def test_what_was_read_stays():
    cache = filled()
    cache.get("a")
    cache.put("d", "D")
    assert "a" in cache
    assert "b" not in cache


def test_what_was_written_again_stays():
    cache = filled()
    cache.put("a", "AA")
    cache.put("d", "D")
    assert cache.keys() == ["c", "a", "d"]


def test_ratio():
    cache = filled()
    assert ratio(cache) == 0.0
    cache.get("a")
    cache.get("z")
    assert ratio(cache) == 0.5
    assert line(cache) == "3/3 entries, 50% hits"


def test_loader_loads_once():
    loader = Loader(RecentCache(2), str.upper)
    assert [loader(key) for key in "aba"] == ["A", "B", "A"]
    assert loader.loaded == ["a", "b"]


def test_loader_forgets_the_least_recent():
    loader = Loader(RecentCache(2), str.upper)
    for key in "abacb":
        loader(key)
    assert loader.loaded == ["a", "b", "c", "b"]
