"""Connected regions of equal cells."""


def region(grid, x, y):
    """All cells connected to (x, y) that carry the same mark."""
    mark = grid.at(x, y)
    found = {(x, y)}
    waiting = [(x, y)]
    while waiting:
        cell = waiting.pop()
        for beside in grid.neighbours(*cell):
            if beside not in found and grid.at(*beside) == mark:
                found.add(beside)
                waiting.append(beside)
    return found


def regions(grid, mark):
    rest = set(grid.find(mark))
    out = []
    while rest:
        part = region(grid, *min(rest))
        out.append(part)
        rest -= part
    return out


def shore(grid, x, y):
    """Cells of other marks that touch the region of (x, y)."""
    inside = region(grid, x, y)
    return {beside for cell in inside for beside in grid.neighbours(*cell)} - inside
