"""Decorators: caching, counting, retrying, checking."""

import functools


def cached(size=None):
    def decorate(function):
        known = {}

        @functools.wraps(function)
        def wrapper(*args):
            if args in known:
                wrapper.hits += 1
                return known[args]
            result = function(*args)
            if size is not None and len(known) >= size:
                known.pop(next(iter(known)))
            known[args] = result
            return result

        wrapper.hits = 0
        wrapper.clear = known.clear
        return wrapper

    return decorate


def counted(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        wrapper.calls += 1
        return function(*args, **kwargs)

    wrapper.calls = 0
    return wrapper


def retry(times, on=Exception):
    def decorate(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            for attempt in range(times):
                try:
                    return function(*args, **kwargs)
                except on:
                    if attempt == times - 1:
                        raise

        return wrapper

    return decorate


def checked(**kinds):
    def decorate(function):
        @functools.wraps(function)
        def wrapper(**kwargs):
            for name, kind in kinds.items():
                if name in kwargs and not isinstance(kwargs[name], kind):
                    raise TypeError(f"{name} is not {kind.__name__}")
            return function(**kwargs)

        return wrapper

    return decorate
