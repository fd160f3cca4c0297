"""A binary heap, smallest first."""


class Heap:
    def __init__(self, values=(), key=None):
        self.key = key or (lambda value: value)
        self.items = []
        for value in values:
            self.push(value)

    def push(self, value):
        self.items.append(value)
        self._up(len(self.items) - 1)

    def pop(self):
        if not self.items:
            raise IndexError("the heap is empty")
        top = self.items[0]
        last = self.items.pop()
        if self.items:
            self.items[0] = last
            self._down(0)
        return top

    def peek(self):
        return self.items[0] if self.items else None

    def _less(self, a, b):
        return self.key(self.items[a]) < self.key(self.items[b])

    def _swap(self, a, b):
        self.items[a], self.items[b] = self.items[b], self.items[a]

    def _up(self, at):
        while at > 0:
            parent = (at - 1) // 2
            if not self._less(at, parent):
                break
            self._swap(at, parent)
            at = parent

    def _down(self, at):
        size = len(self.items)
        while True:
            smallest = at
            for child in (2 * at + 1, 2 * at + 2):
                if child < size and self._less(child, smallest):
                    smallest = child
            if smallest == at:
                return
            self._swap(at, smallest)
            at = smallest

    def __len__(self):
        return len(self.items)
