"""Values in nested dictionaries and lists by dotted path."""

MISSING = object()


def split(path):
    return [int(part) if part.isdigit() else part for part in path.split(".") if part]


def get(data, path, default=None):
    for part in split(path):
        if isinstance(data, dict) and part in data:
            data = data[part]
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            data = data[part]
        else:
            return default
    return data


def put(data, path, value):
    parts = split(path)
    for part in parts[:-1]:
        data = data.setdefault(part, {})
    data[parts[-1]] = value


def delete(data, path):
    *parents, last = split(path)
    for part in parents:
        data = data.get(part)
        if not isinstance(data, dict):
            return False
    return data.pop(last, MISSING) is not MISSING
