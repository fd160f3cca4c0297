"""Who may do what: a rule names groups and the actions that they allow; a deny outweighs every allow."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    groups: frozenset
    actions: frozenset
    deny: bool = False

    def concerns(self, account, action):
        return bool(self.groups & account.groups) and (action in self.actions or "*" in self.actions)


def rule(groups, actions, deny=False):
    return Rule(frozenset(groups.split()), frozenset(actions.split()), deny)


def allowed(rules, account, action):
    concerned = [entry for entry in rules if entry.concerns(account, action)]
    return bool(concerned) and not any(entry.deny for entry in concerned)
