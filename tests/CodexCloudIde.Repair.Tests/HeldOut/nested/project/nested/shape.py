"""Flat and nested."""

from nested.paths import put


def flatten(data, prefix=""):
    flat = {}
    for key, value in data.items():
        name = f"{prefix}.{key}" if prefix else key
        if isinstance(value, dict) and value:
            flat.update(flatten(value, name))
        else:
            flat[name] = value
    return flat


def unflatten(flat):
    data = {}
    for path, value in flat.items():
        put(data, path, value)
    return data


def depth(data):
    if not isinstance(data, dict):
        return 0
    return 1 + max((depth(value) for value in data.values()), default=0)


def merge(first, second):
    """The second wins; dictionaries are merged; neither is changed."""
    merged = dict(first)
    for key, value in second.items():
        if isinstance(value, dict) and isinstance(merged.get(key), dict):
            merged[key] = merge(merged[key], value)
        else:
            merged[key] = value
    return merged


def difference(before, after):
    """(added, removed, changed) paths."""
    old, new = flatten(before), flatten(after)
    added = sorted(set(new) - set(old))
    removed = sorted(set(old) - set(new))
    changed = sorted(path for path in old if path in new and old[path] != new[path])
    return added, removed, changed
