"""When to rotate."""

from logs.rotate import rotate


class SizePolicy:
    def __init__(self, limit, keep=3):
        self.limit = limit
        self.keep = keep

    def due(self, folder, base, incoming):
        current = folder.get(base, "")
        return bool(current) and len(current) + len(incoming) > self.limit

    def write(self, folder, base, line):
        if self.due(folder, base, line):
            rotate(folder, base, self.keep)
        folder[base] = folder.get(base, "") + line
