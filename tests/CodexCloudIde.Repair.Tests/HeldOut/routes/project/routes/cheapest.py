"""Dijkstra's algorithm."""

import heapq


def cheapest(graph, start, goal):
    """(cost, path), or None."""
    best = {start: 0}
    before = {}
    waiting = [(0, start)]
    while waiting:
        cost, node = heapq.heappop(waiting)
        if node == goal:
            return cost, rebuild(before, goal)
        if cost > best[node]:
            continue
        for other in graph.neighbours(node):
            total = cost + graph.weight(node, other)
            if other not in best or total < best[other]:
                best[other] = total
                before[other] = node
                heapq.heappush(waiting, (total, other))
    return None


def rebuild(before, goal):
    path = [goal]
    while path[-1] in before:
        path.append(before[path[-1]])
    return path[::-1]
