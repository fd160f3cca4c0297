"""A small state machine: a table of transitions, guards and a history."""

from enum import Enum


class State(Enum):
    IDLE = "idle"
    PAID = "paid"
    OPEN = "open"
    BROKEN = "broken"


class Refused(Exception):
    def __init__(self, state, event):
        super().__init__(f"{event} in {state.value}")
        self.state = state
        self.event = event


TRANSITIONS = {
    State.IDLE: {"coin": State.PAID, "kick": State.BROKEN},
    State.PAID: {"push": State.OPEN, "coin": State.PAID},
    State.OPEN: {"pass": State.IDLE},
    State.BROKEN: {"repair": State.IDLE},
}


class Machine:
    def __init__(self, price=2):
        self.state = State.IDLE
        self.price = price
        self.money = 0
        self.credit = 0
        self.history = []

    def allowed(self):
        return sorted(TRANSITIONS.get(self.state, {}))

    def fire(self, event, amount=0):
        following = TRANSITIONS[self.state].get(event)
        if following is None:
            raise Refused(self.state, event)
        if event == "coin":
            self.credit += amount
            if self.credit < self.price:
                following = self.state
        elif event == "push":
            self.credit -= self.price
            self.money += self.price
        self.history.append((self.state, event, following))
        self.state = following
        return following

    def change(self):
        given, self.credit = self.credit, 0
        return given
