"""Books and their copies."""

from dataclasses import dataclass, field


@dataclass
class Book:
    isbn: str
    title: str
    author: str
    copies: int = 1
    tags: list = field(default_factory=list)

    def matches(self, text):
        text = text.lower()
        return text in self.title.lower() or text in self.author.lower()


class Catalogue:
    def __init__(self):
        self._books = {}

    def add(self, book):
        known = self._books.get(book.isbn)
        if known is None:
            self._books[book.isbn] = book
        else:
            known.copies += book.copies
        return self._books[book.isbn]

    def find(self, text):
        return sorted((book for book in self._books.values() if book.matches(text)), key=lambda book: book.title)

    def get(self, isbn):
        return self._books.get(isbn)

    def by_tag(self):
        shelves = {}
        for book in self._books.values():
            for tag in book.tags:
                shelves.setdefault(tag, []).append(book.title)
        return shelves
