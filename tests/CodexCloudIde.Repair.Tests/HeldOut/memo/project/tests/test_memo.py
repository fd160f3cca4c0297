import pytest

from memo.decorators import cached, checked, counted, retry
from memo.registry import Registry


def test_cached_calls_once():
    @counted
    def square(x):
        return x * x

    fast = cached()(square)
    assert [fast(3), fast(3), fast(4)] == [9, 9, 16]
    assert square.calls == 2
    assert fast.hits == 1


def test_cache_limit():
    calls = []
    fast = cached(size=2)(lambda x: calls.append(x) or x)
    for x in (1, 2, 3, 1):
        fast(x)
    assert calls == [1, 2, 3, 1]


def test_cache_limit_keeps_the_newest():
    calls = []
    fast = cached(size=2)(lambda x: calls.append(x) or x)
    for x in (1, 2, 3, 2):
        fast(x)
    assert calls == [1, 2, 3]


def test_clear():
    calls = []
    fast = cached()(lambda x: calls.append(x) or x)
    fast(1)
    fast.clear()
    fast(1)
    assert calls == [1, 1]


def test_names_are_kept():
    @counted
    def something():
        """What it does."""

    assert (something.__name__, something.__doc__) == ("something", "What it does.")


def test_counted_hands_keywords_on():
    @counted
    def join(*parts, sep="-"):
        return sep.join(parts)

    assert join("a", "b", sep="+") == "a+b"


def flaky(failures, error=ValueError):
    left = [failures]

    def work(x):
        if left[0]:
            left[0] -= 1
            raise error("not yet")
        return x

    return work


def test_retry_succeeds():
    assert retry(3)(flaky(2))(7) == 7


def test_retry_gives_up():
    with pytest.raises(ValueError):
        retry(2)(flaky(2))(7)


def test_retry_only_on():
    with pytest.raises(KeyError):
        retry(5, on=ValueError)(flaky(1, KeyError))(7)


def test_checked():
    @checked(age=int, name=str)
    def person(age=0, name=""):
        return f"{name} {age}"

    assert person(name="Ann", age=4) == "Ann 4"
    assert person(name="Ann") == "Ann 0"
    with pytest.raises(TypeError):
        person(age="4")


def test_registry():
    registry = Registry()

    @registry.register()
    def add(a, b=1):
        return a + b

    @registry.register("minus")
    def subtract(a, b):
        return a - b

    assert registry.names() == ["add", "minus"]
    assert registry.call("add", 4) == 5
    assert registry.call("minus", 4, b=1) == 3
    assert subtract(2, 1) == 1
    with pytest.raises(LookupError):
        registry.call("subtract")
