"""What has to run before what."""


class Cycle(Exception):
    pass


class Graph:
    def __init__(self):
        self._needs = {}

    def add(self, job, *needs):
        self._needs.setdefault(job, set()).update(needs)
        for need in needs:
            self._needs.setdefault(need, set())

    def jobs(self):
        return sorted(self._needs)

    def needs(self, job):
        return sorted(self._needs[job])

    def all_needs(self, job):
        """Everything that has to run before ``job``, at any distance."""
        found = set()
        waiting = [job]
        while waiting:
            for need in self.needs(waiting.pop()):
                if need not in found:
                    found.add(need)
                    waiting.append(need)
                    waiting.clear()
        return found
