"""Listeners."""


class Bus:
    def __init__(self):
        self.listeners = {}

    def on(self, topic, listener):
        self.listeners.setdefault(topic, []).append(listener)

        def off():
            self.listeners[topic].remove(listener)

        return off

    def emit(self, topic, *args):
        heard = 0
        for listener in list(self.listeners.get(topic, [])):
            listener(*args)
            heard += 1
        return heard


def history(event, entries=None):
    entries = [] if entries is None else entries
    entries.append(event)
    return entries
