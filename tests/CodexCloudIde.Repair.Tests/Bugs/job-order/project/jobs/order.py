"""Orders in which jobs can run."""

from jobs.graph import Cycle


def order(graph):
    """Every job after what it needs; alphabetical where there is a choice."""
    done = []
    rest = graph.jobs()
    while rest:
        ready = [job for job in rest if all(need in done for need in graph.needs(job))]
        if not ready:
            raise Cycle(", ".join(rest))
        done.append(ready[0])
        rest.remove(ready[0])
    return done


def waves(graph):
    """Jobs that can run side by side, wave after wave."""
    level = {}
    for job in order(graph):
        level[job] = 1 + max((level[need] for need in graph.needs(job)), default=-1)
    out = []
    for job, number in level.items():
        while len(out) <= number:
            out.append([])
        out[number].append(job)
    return out
