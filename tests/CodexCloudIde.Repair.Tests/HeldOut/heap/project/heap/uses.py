"""What a heap is good for."""

from heap.binary import Heap


def heapsort(values, reverse=False):
    heap = Heap(values)
    ordered = [heap.pop() for _ in range(len(heap))]
    return ordered[::-1] if reverse else ordered


def smallest(n, values, key=None):
    heap = Heap(values, key)
    found = []
    while len(heap) > 0 and len(found) < n:
        found.append(heap.pop())
    return found


def merge(*streams):
    """Sorted lists as one."""
    heap = Heap(key=lambda entry: entry[0])
    for number, stream in enumerate(streams):
        if stream:
            heap.push((stream[0], number, 0))
    merged = []
    while len(heap):
        value, number, at = heap.pop()
        merged.append(value)
        if at + 1 < len(streams[number]):
            heap.push((streams[number][at + 1], number, at + 1))
    return merged
