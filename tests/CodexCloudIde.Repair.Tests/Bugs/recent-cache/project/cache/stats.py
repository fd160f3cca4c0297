"""How well a cache does."""


def ratio(cache):
    asked = cache.hits + cache.misses
    return 0.0 if asked == 0 else cache.hits / asked


def line(cache):
    return f"{len(cache)}/{cache.capacity} entries, {ratio(cache):.0%} hits"
