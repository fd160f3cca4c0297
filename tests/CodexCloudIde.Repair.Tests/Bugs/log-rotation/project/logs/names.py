"""Names of rotated files: app.log, app.log.1, app.log.2 …, the higher the older."""

import re

_NUMBERED = re.compile(r"^(?P<base>.+?)\.(?P<number>\d+)$")


def numbered(base, number):
    return base if number == 0 else f"{base}.{number}"


def split(name):
    found = _NUMBERED.match(name)
    if found is None:
        return name, 0
    return found["base"], int(found["number"])
