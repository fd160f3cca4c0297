"""Loads through a cache."""


class Loader:
    def __init__(self, cache, load):
        self._cache = cache
        self._load = load
        self.loaded = []

    def __call__(self, key):
        value = self._cache.get(key)
        if value is None:
            value = self._load(key)
            self.loaded.append(key)
            self._cache.put(key, value)
        return value
