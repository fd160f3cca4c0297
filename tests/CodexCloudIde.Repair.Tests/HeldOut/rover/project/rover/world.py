class World:
    def __init__(self, width, height, stones=()):
        self.width = width
        self.height = height
        self.stones = set(stones)

    def wrap(self, x, y):
        return x % self.width, y % self.height

    def blocked(self, x, y):
        return (x, y) in self.stones

    def free(self):
        return [(x, y) for y in range(self.height) for x in range(self.width) if not self.blocked(x, y)]
