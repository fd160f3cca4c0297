"""The settings that the service reads at start."""

from settings import parse


class Service:
    def __init__(self, layers):
        self._layers = layers

    @property
    def host(self):
        return self._layers.raw("host") or "localhost"

    @property
    def port(self):
        return int(self._layers.raw("port") or 8080)

    @property
    def origins(self):
        return parse.listing(self._layers.raw("origins"))

    @property
    def timeout(self):
        value = self._layers.raw("timeout")
        return 30 if value is None else parse.duration(value)

    def describe(self):
        return f"{self.host}:{self.port} for {', '.join(self.origins) or 'nobody'}, {self.timeout} s"
