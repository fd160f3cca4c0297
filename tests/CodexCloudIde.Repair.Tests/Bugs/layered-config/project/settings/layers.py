"""Layers of settings: the first layer that knows a name wins."""


class Layer:
    def __init__(self, title, values):
        self.title = title
        self._values = dict(values)

    def lookup(self, name):
        """The raw value, or None when this layer does not know it."""
        return self._values.get(name)

    def names(self):
        return set(self._values)


class Layers:
    def __init__(self, *layers):
        self.layers = list(layers)

    def raw(self, name):
        for layer in self.layers:
            value = layer.lookup(name)
            if value is not None:
                return value
        return None

    def origin(self, name):
        """The title of the layer that a value comes from."""
        for layer in self.layers:
            if layer.lookup(name) is not None:
                return layer.title
        return None
