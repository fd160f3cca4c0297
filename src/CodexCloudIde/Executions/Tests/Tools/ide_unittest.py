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


def _discover():
    """Discovery from the root; then from every folder of tests that is no package and that it therefore passed over."""
    yield from _cases(unittest.TestLoader().discover("."))
    for folder, folders, files in os.walk("."):
        folders[:] = [name for name in sorted(folders) if not name.startswith(".") and name not in ("node_modules", "venv", "__pycache__", "site-packages")]
        is_package = "__init__.py" in files
        if folder != "." and not is_package and any(name.startswith("test") and name.endswith(".py") for name in files):
            sys.path.insert(0, os.path.abspath(folder))
            yield from _cases(unittest.TestLoader().discover(folder))


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
    found = list(_discover())
    names = sys.argv[1:]
    if names:
        found = [case for case in found if case.id() in names] or list(_cases(unittest.TestLoader().loadTestsFromNames(names)))
    suite = unittest.TestSuite(found)
    cases = []
    for case in found:
        path, line = _where(case)
        cases.append({"id": case.id(), "name": case.id().split(".")[-1], "path": path, "line": line})
    ide_report.emit(event="collected", cases=cases)
    result = unittest.TextTestRunner(resultclass=Result, verbosity=2).run(suite)
    status = 5 if not found else 0 if result.wasSuccessful() else 1
    ide_report.emit(event="end", exit=status)
    sys.exit(status)


if __name__ == "__main__":
    main()
