"""How long it all takes."""

from jobs.order import waves


def serial(graph, minutes):
    return sum(minutes.get(job, 1) for job in graph.jobs())


def parallel(graph, minutes):
    """Minutes with unlimited workers that wait for each wave."""
    total = 0
    for wave in waves(graph):
        total += max(minutes.get(job, 1) for job in wave)
    return total
