"""Steps that register themselves and pipelines of them."""

STEPS = {}
ORDER = []


def step(name, priority=10):
    def register(function):
        STEPS[name] = function
        ORDER.append((priority, name))
        return function

    return register


class Pipeline:
    def __init__(self, names=None):
        self.names = list(names) if names is not None else [name for _, name in sorted(ORDER)]

    def run(self, value, trace=None):
        for name in self.names:
            value = STEPS[name](value)
            if trace is not None:
                trace.append((name, value))
        return value
