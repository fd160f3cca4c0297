"""A singly linked list with Python's iteration protocol."""

from chain.link import Link


class Chain:
    def __init__(self, values=()):
        self.head = None
        self.tail = None
        self.size = 0
        for value in values:
            self.append(value)

    def append(self, value):
        link = Link(value)
        if self.head is None:
            self.head = link
        else:
            self.tail.next = link
        self.tail = link
        self.size += 1

    def prepend(self, value):
        self.head = Link(value, self.head)
        if self.tail is None:
            self.tail = self.head
        self.size += 1

    def remove(self, value):
        before = None
        link = self.head
        while link is not None:
            if link.value == value:
                if before is None:
                    self.head = link.next
                else:
                    before.next = link.next
                if link is self.tail:
                    self.tail = before
                self.size -= 1
                return True
            before = link
            link = link.next
        return False

    def reverse(self):
        before = None
        link = self.head
        self.tail = self.head
        while link is not None:
            following = link.next
            link.next = before
            before = link
            link = following
        self.head = before

    def __len__(self):
        return self.size

    def __iter__(self):
        return ChainIterator(self.head)

    def __contains__(self, wanted):
        return any(value == wanted for value in self)

    def __getitem__(self, index):
        if index < 0:
            index += self.size
        for position, value in enumerate(self):
            if position == index:
                return value
        raise IndexError(index)

    def __eq__(self, other):
        return isinstance(other, Chain) and list(self) == list(other)


class ChainIterator:
    def __init__(self, link):
        self.link = link

    def __iter__(self):
        return self

    def __next__(self):
        if self.link is None:
            raise StopIteration
        value = self.link.value
        self.link = self.link.next
        return value
