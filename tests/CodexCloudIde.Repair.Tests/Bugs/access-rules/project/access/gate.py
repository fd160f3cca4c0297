"""The gate that every request passes."""

from access.rules import allowed


class Gate:
    def __init__(self, rules, clock):
        self._rules = rules
        self._clock = clock
        self.refused = []

    def may(self, account, action):
        if not account.active and account.locked(self._clock()):
            self.refused.append((account.name, action))
            return False
        if not allowed(self._rules, account, action):
            self.refused.append((account.name, action))
            return False
        return True

    def filter(self, account, actions):
        return [action for action in actions if self.may(account, action)]
