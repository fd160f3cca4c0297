import pytest

from memo.decorators import cached, checked, counted, retry
from memo.registry import Registry


def test_cache():
    calls = []
    fast = cached(size=3)(lambda *xs: calls.append(xs) or sum(xs))
    assert [fast(1, 2), fast(2, 1), fast(1, 2), fast()] == [3, 3, 3, 0]
    assert calls == [(1, 2), (2, 1), ()]
    assert fast.hits == 1
    fast(9)
    fast(1, 2)
    assert calls[-2:] == [(9,), (1, 2)]
    fast(9)
    assert fast.hits == 2


def test_none_is_cached_too():
    calls = []
    fast = cached()(lambda x: calls.append(x))
    fast(1), fast(1)
    assert calls == [1]


def test_counted_passes_all():
    @counted
    def join(*parts, sep="-"):
        return sep.join(parts)

    assert join("a", "b") == "a-b" and join("a", "b", sep="+") == "a+b"
    assert join.calls == 2


def test_retry_counts():
    tries = []

    @retry(4, on=(KeyError, ValueError))
    def work():
        tries.append(1)
        raise KeyError("x")

    with pytest.raises(KeyError):
        work()
    assert len(tries) == 4


def test_checked_and_registry():
    @checked(x=int)
    def f(x, y):
        return (x, y)

    assert f(x=1, y="a") == (1, "a")
    r = Registry()
    assert r.register("g")(f) is f
    assert r.names() == ["g"] and r.call("g", x=1, y=2) == (1, 2)
