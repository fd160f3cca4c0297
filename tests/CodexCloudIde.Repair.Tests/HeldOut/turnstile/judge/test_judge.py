import pytest

from machine.report import longest_run, passages, visits
from machine.states import Machine, Refused, State


def test_two_rides():
    m = Machine(price=4)
    m.fire("coin", 4)
    m.fire("coin", 4)
    m.fire("push")
    m.fire("pass")
    assert (m.money, m.credit, m.state) == (4, 4, State.IDLE)
    m.fire("coin", 0)
    assert m.state == State.PAID
    m.fire("push")
    m.fire("pass")
    assert (m.money, m.credit) == (8, 0)
    assert passages(m.history) == 2
    assert longest_run(m.history) == 2
    assert visits(m.history)[State.OPEN] == 2


def test_refusals():
    m = Machine()
    for event in ("push", "pass", "repair", "nothing"):
        with pytest.raises(Refused):
            m.fire(event)
    m.fire("kick")
    with pytest.raises(Refused):
        m.fire("coin", 9)
    assert m.credit == 0 and len(m.history) == 1


def test_change_twice():
    m = Machine()
    m.fire("coin", 1)
    assert (m.change(), m.change(), m.state) == (1, 0, State.IDLE)


def test_runs():
    assert longest_run([(0, "a", 0), (0, "b", 0), (0, "b", 0), (0, "a", 0)]) == 2
