"""A directed graph with weights."""

from collections import defaultdict


class Graph:
    def __init__(self):
        self.edges = defaultdict(dict)
        self.nodes = set()

    def connect(self, a, b, weight=1, both=False):
        self.nodes.add(a)
        self.nodes.add(b)
        self.edges[a][b] = weight
        if both:
            self.edges[b][a] = weight
        return self

    def neighbours(self, node):
        return sorted(self.edges.get(node, {}))

    def weight(self, a, b):
        return self.edges[a][b]
