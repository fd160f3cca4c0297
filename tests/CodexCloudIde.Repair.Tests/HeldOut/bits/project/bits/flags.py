"""Named permissions in one number."""

READ, WRITE, EXECUTE = 4, 2, 1
NAMES = {"read": READ, "write": WRITE, "execute": EXECUTE}


def combine(names):
    value = 0
    for name in names:
        value |= NAMES[name]
    return value


def names(value):
    return [name for name, bit in NAMES.items() if value & bit]


def toggle(value, name):
    return value ^ NAMES[name]


def mode(owner, group, other):
    return (owner << 6) | (group << 3) | other


def describe(mode):
    text = ""
    for shift in (6, 3, 0):
        part = (mode >> shift) & 7
        text += "".join(letter if part & bit else "-" for letter, bit in (("r", READ), ("w", WRITE), ("x", EXECUTE)))
    return text
