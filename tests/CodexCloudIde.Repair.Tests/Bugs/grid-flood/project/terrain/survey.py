"""Figures about a map."""

from terrain.regions import regions


def lakes(grid):
    """Sizes of the lakes, the largest first."""
    return sorted((len(part) for part in regions(grid, "~")), reverse=True)


def touches_edge(grid, part):
    return any(x in (0, grid.width - 1) or y in (0, grid.height - 1) for x, y in part)


def inner_lakes(grid):
    return [part for part in regions(grid, "~") if not touches_edge(grid, part)]
