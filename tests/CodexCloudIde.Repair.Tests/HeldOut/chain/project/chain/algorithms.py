"""Whole-chain operations."""

from chain.linked import Chain


def merged(first, second):
    """Two sorted chains as one."""
    result = Chain()
    a, b = first.head, second.head
    while a is not None and b is not None:
        if a.value <= b.value:
            result.append(a.value)
            a = a.next
        else:
            result.append(b.value)
            b = b.next
    while a is not None:
        result.append(a.value)
        a = a.next
    while b is not None:
        result.append(b.value)
        b = b.next
    return result


def middle(chain):
    slow = fast = chain.head
    while fast is not None and fast.next is not None:
        slow = slow.next
        fast = fast.next.next
    return None if slow is None else slow.value


def without_repeats(chain):
    seen = set()
    result = Chain()
    for value in chain:
        if value not in seen:
            seen.add(value)
            result.append(value)
    return result
