from logs import names
from logs.policy import SizePolicy
from logs.rotate import generations, rotate, tail


def test_names():
    assert names.numbered("app.log", 2) == "app.log.2"
    assert names.split("app.log.12") == ("app.log", 12)
    assert names.split("app.log") == ("app.log", 0)


def test_rotate_once():
    assert rotate({"a": "new"}, "a", 3) == {"a.1": "new"}


def test_rotate_shifts():
    assert rotate({"a": "3", "a.1": "2", "a.2": "1"}, "a", 3) == {"a.1": "3", "a.2": "2", "a.3": "1"}


def test_the_oldest_is_dropped():
    folder = {"a": "4", "a.1": "3", "a.2": "2", "a.3": "1"}
    assert rotate(folder, "a", 3) == {"a.1": "4", "a.2": "3", "a.3": "2"}


def test_generations():
    assert generations({"a": "", "a.1": "", "b": ""}, "a") == 2


def test_tail_over_generations():
    folder = {"a": "5\n6\n", "a.1": "3\n4\n", "a.2": "1\n2\n"}
    assert tail(folder, "a", 3) == ["4", "5", "6"]


def test_policy_keeps_within_its_limit():
    folder = {}
    policy = SizePolicy(10, keep=2)
    for number in range(8):
        policy.write(folder, "a", f"{number}....")
    assert folder == {"a": "6....7....", "a.1": "4....5....", "a.2": "2....3...."}
