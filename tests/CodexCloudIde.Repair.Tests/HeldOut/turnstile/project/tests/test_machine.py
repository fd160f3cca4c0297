import pytest

from machine.report import longest_run, passages, visits
from machine.states import Machine, Refused, State


def test_pays_and_opens():
    machine = Machine()
    machine.fire("coin", 2)
    assert machine.state == State.PAID
    machine.fire("push")
    assert machine.state == State.OPEN
    assert machine.fire("pass") == State.IDLE


def test_too_little_money():
    machine = Machine(price=3)
    assert machine.fire("coin", 2) == State.IDLE
    assert machine.fire("coin", 1) == State.PAID


def test_money_and_change():
    machine = Machine()
    machine.fire("coin", 5)
    machine.fire("push")
    assert (machine.money, machine.credit) == (2, 3)
    assert machine.change() == 3
    assert machine.credit == 0


def test_refused():
    machine = Machine()
    with pytest.raises(Refused) as refused:
        machine.fire("push")
    assert refused.value.event == "push"
    assert machine.state == State.IDLE and machine.history == []


def test_allowed():
    machine = Machine()
    assert machine.allowed() == ["coin", "kick"]


def test_broken():
    machine = Machine()
    machine.fire("kick")
    assert machine.allowed() == ["repair"]
    assert machine.fire("repair") == State.IDLE


def run():
    machine = Machine()
    for _ in range(3):
        machine.fire("coin", 2)
    machine.fire("push")
    machine.fire("pass")
    return machine.history


def test_history():
    assert run()[3] == (State.PAID, "push", State.OPEN)


def test_visits():
    assert visits(run()) == {State.IDLE: 1, State.PAID: 3, State.OPEN: 1, State.BROKEN: 0}


def test_passages():
    assert passages(run()) == 1


def test_longest_run():
    assert longest_run(run()) == 3
    assert longest_run([]) == 0
