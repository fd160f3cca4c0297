"""Functions by name."""


class Registry:
    def __init__(self):
        self._entries = {}

    def register(self, name=None):
        def decorate(function):
            self._entries[name or function.__name__] = function
            return function

        return decorate

    def call(self, name, *args, **kwargs):
        if name not in self._entries:
            raise LookupError(name)
        return self._entries[name](*args, **kwargs)

    def names(self):
        return sorted(self._entries)
