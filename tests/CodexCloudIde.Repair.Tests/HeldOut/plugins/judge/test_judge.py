from plugins import Pipeline, step, steps
from plugins.events import Bus, history


def test_own_step():
    @step("double", priority=0)
    def double(text):
        return text * 2

    assert double("a") == "aa"
    assert Pipeline().names[0] == "double"
    assert Pipeline(["double", "double"]).run("x") == "xxxx"
    assert Pipeline(("trim", "squeeze")).run(" a \n b ") == "a b"


def test_steps():
    assert steps.capitals("one twoThree") == "One TwoThree"
    assert steps.shorten("hello world", 5) == "hell…"
    assert steps.trim("\ta ") == "a" and steps.squeeze("a\t\nb  c") == "a b c"


def test_bus():
    bus = Bus()
    got = []
    bus.on("a", lambda x, y: got.append(x + y))
    bus.on("a", lambda x, y: got.append(x * y))
    assert bus.emit("a", 3, 4) == 2 and got == [7, 12] and bus.emit("b") == 0
    first = history(1)
    assert history(2) == [2] and first == [1]
    kept = []
    assert history(3, kept) is kept
