from logs.policy import SizePolicy
from logs.rotate import rotate


def test_keep_one():
    assert rotate({"a": "new", "a.1": "old"}, "a", 1) == {"a.1": "new"}


def test_keep_five_from_scratch():
    folder = {}
    for number in range(9):
        folder["a"] = str(number)
        rotate(folder, "a", 5)
    assert folder == {"a.1": "8", "a.2": "7", "a.3": "6", "a.4": "5", "a.5": "4"}


def test_others_are_left_alone():
    assert rotate({"a": "x", "b.1": "y"}, "a", 2) == {"a.1": "x", "b.1": "y"}


def test_nothing_to_rotate():
    assert rotate({"a.1": "x"}, "a", 2) == {"a.1": "x"}


def test_policy_with_one_generation():
    folder = {}
    policy = SizePolicy(4, keep=1)
    for line in ("aaa", "bbb", "ccc"):
        policy.write(folder, "l", line)
    assert folder == {"l": "ccc", "l.1": "bbb"}
