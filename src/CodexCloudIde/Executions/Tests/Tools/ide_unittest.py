"""Runs unittest's own discovery where pytest is not installed, and reports the same events."""
import os
import sys
import time
import unittest

import ide_report

_coverage = ide_report.Coverage()


def _cases(suite):
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from _cases(item)
        else:
            yield item


def _where(case):
    module = sys.modules.get(type(case).__module__)
    path = ide_report.relative(getattr(module, "__file__", None) or "")
    method = getattr(case, getattr(case, "_testMethodName", ""), None)
    code = getattr(method, "__code__", None)
    return path, None if code is None else code.co_firstlineno


class Result(unittest.TextTestResult):
    def startTest(self, test):
        super().startTest(test)
        self.began = time.monotonic()
        self.state = ("passed", None, [])
        path, line = _where(test)
        ide_report.emit(event="start", id=test.id(), name=test.id().split(".")[-1], path=path, line=line)

    def stopTest(self, test):
        super().stopTest(test)
        _coverage.flush(test.id())
        path, line = _where(test)
        status, message, frames = self.state
        ide_report.emit(event="finish", id=test.id(), name=test.id().split(".")[-1], path=path, line=line, status=status,
                        duration=round((time.monotonic() - self.began) * 1000, 3), message=message, frames=frames)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.state = ("failed", f"{err[0].__name__}: {err[1]}"[:4000], ide_report.frames_of(err[2]))

    def addError(self, test, err):
        super().addError(test, err)
        self.state = ("failed", f"{err[0].__name__}: {err[1]}"[:4000], ide_report.frames_of(err[2]))

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self.state = ("failed", f"{err[0].__name__}: {err[1]}"[:4000], ide_report.frames_of(err[2]))

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.state = ("skipped", str(reason)[:1000], [])


def main():
    sys.path.insert(0, os.getcwd())
    ide_report.emit(event="session", framework="unittest", version=sys.version.split()[0])
    _coverage.start()
    loader = unittest.TestLoader()
    names = sys.argv[1:]
    suite = loader.loadTestsFromNames(names) if names else loader.discover(".")
    cases = []
    for case in _cases(suite):
        path, line = _where(case)
        cases.append({"id": case.id(), "name": case.id().split(".")[-1], "path": path, "line": line})
    ide_report.emit(event="collected", cases=cases)
    result = unittest.TextTestRunner(resultclass=Result, verbosity=2).run(suite)
    ide_report.emit(event="end", exit=0 if result.wasSuccessful() else 1)
    sys.exit(0 if result.wasSuccessful() else 1)


if __name__ == "__main__":
    main()
