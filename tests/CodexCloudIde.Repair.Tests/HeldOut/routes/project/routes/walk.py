"""Searching breadth and depth first."""

from collections import deque


def reachable(graph, start):
    seen = {start}
    queue = deque([start])
    while queue:
        node = queue.popleft()
        for other in graph.neighbours(node):
            if other not in seen:
                seen.add(other)
                queue.append(other)
    return seen


def hops(graph, start, goal):
    """The number of edges on the shortest way; None when there is none."""
    distance = {start: 0}
    queue = deque([start])
    while queue:
        node = queue.popleft()
        if node == goal:
            return distance[node]
        for other in graph.neighbours(node):
            if other not in distance:
                distance[other] = distance[node] + 1
                queue.append(other)
    return None


def has_cycle(graph):
    done, active = set(), set()

    def visit(node):
        if node in active:
            return True
        if node in done:
            return False
        active.add(node)
        found = any(visit(other) for other in graph.neighbours(node))
        active.discard(node)
        done.add(node)
        return found

    return any(visit(node) for node in sorted(graph.nodes))


def all_paths(graph, start, goal, path=()):
    path = path + (start,)
    if start == goal:
        return [path]
    found = []
    for other in graph.neighbours(start):
        if other not in path:
            found.extend(all_paths(graph, other, goal, path))
    return found
