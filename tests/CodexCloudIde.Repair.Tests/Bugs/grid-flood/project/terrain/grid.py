"""A rectangular map of characters."""


class Grid:
    def __init__(self, rows):
        self.rows = [list(row) for row in rows]
        if len({len(row) for row in self.rows}) > 1:
            raise ValueError("rows differ in length")

    @classmethod
    def parse(cls, text):
        return cls(text.split())

    @property
    def height(self):
        return len(self.rows)

    @property
    def width(self):
        return len(self.rows[0]) if self.rows else 0

    def at(self, x, y):
        return self.rows[y][x]

    def neighbours(self, x, y):
        """The up to four cells beside a cell."""
        for dx, dy in ((0, -1), (1, 0), (0, 1), (-1, 0)):
            if 0 <= x + dx and 0 <= y + dy:
                yield x + dx, y + dy

    def find(self, mark):
        return [(x, y) for y, row in enumerate(self.rows) for x, cell in enumerate(row) if cell == mark]
