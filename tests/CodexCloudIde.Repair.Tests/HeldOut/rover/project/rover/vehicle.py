"""A vehicle that follows letters: F forward, B back, L and R turn."""

from rover.compass import Heading


class Obstacle(Exception):
    def __init__(self, place):
        super().__init__(f"something stands at {place}")
        self.place = place


class Rover:
    def __init__(self, x=0, y=0, heading=Heading.NORTH, world=None):
        self.x = x
        self.y = y
        self.heading = heading
        self.world = world
        self.trail = [(x, y)]

    def move(self, steps):
        dx, dy = self.heading.value
        x, y = self.x + dx * steps, self.y + dy * steps
        if self.world is not None:
            x, y = self.world.wrap(x, y)
            if self.world.blocked(x, y):
                raise Obstacle((x, y))
        self.x, self.y = x, y
        self.trail.append((x, y))

    def run(self, letters):
        for letter in letters.upper():
            if letter == "F":
                self.move(1)
            elif letter == "B":
                self.move(-1)
            elif letter == "L":
                self.heading = self.heading.left()
            elif letter == "R":
                self.heading = self.heading.right()
            else:
                raise ValueError(letter)
        return self.x, self.y

    def distance(self):
        """From the start, along the streets."""
        x, y = self.trail[0]
        return abs(self.x - x) + abs(self.y - y)
