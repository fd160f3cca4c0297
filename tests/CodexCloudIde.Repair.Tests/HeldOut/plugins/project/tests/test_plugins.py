from plugins import Pipeline
from plugins import steps
from plugins.events import Bus, history


def test_default_order():
    assert Pipeline().names == ["trim", "squeeze", "capitals", "shorten"]


def test_run():
    assert Pipeline().run("  hello   world ") == "Hello World"


def test_chosen_steps():
    assert Pipeline(["trim"]).run("  a b ") == "a b"


def test_no_steps():
    assert Pipeline([]).run(" a ") == " a "


def test_trace():
    trace = []
    Pipeline(["trim", "capitals"]).run(" a ", trace)
    assert trace == [("trim", "a"), ("capitals", "A")]


def test_shorten():
    assert steps.shorten("abcdef", 4) == "abc…"
    assert steps.shorten("abcd", 4) == "abcd"
    assert len(steps.shorten("x" * 30)) == 20


def test_bus():
    bus = Bus()
    heard = []
    off = bus.on("save", heard.append)
    assert bus.emit("save", 1) == 1
    off()
    assert bus.emit("save", 2) == 0
    assert heard == [1]


def test_bus_without_listeners():
    assert Bus().emit("nothing") == 0


def test_listener_that_leaves():
    bus = Bus()
    offs = []
    bus.on("once", lambda: offs[0]())
    offs.append(bus.on("once", lambda: None))
    assert bus.emit("once") == 2


def test_history():
    assert history("a") == ["a"]
    assert history("b") == ["b"]
    assert history("c", ["x"]) == ["x", "c"]
