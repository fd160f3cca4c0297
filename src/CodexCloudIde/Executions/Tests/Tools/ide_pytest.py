"""A pytest plugin, loaded by -p: says what was collected, what begins, and how each case ended, as it happens."""
import os
import time

import pytest

import ide_report

_coverage = ide_report.Coverage()
_cases = {}
_owner = os.getpid()


def _id(nodeid):
    return nodeid


def _is_ours():
    return os.getpid() == _owner


def pytest_sessionstart(session):
    ide_report.emit(event="session", framework="pytest", version=pytest.__version__)
    _coverage.start()


def pytest_collectreport(report):
    if report.failed:
        ide_report.emit(
            event="finish", id=report.nodeid or "collection", name=report.nodeid or "collection", path=(report.nodeid or "").split("::")[0],
            line=None, status="error", duration=0, message=str(report.longrepr)[-4000:], frames=getattr(report, "ide_frames", []))


@pytest.hookimpl(hookwrapper=True)
def pytest_make_collect_report(collector):
    outcome = yield
    report = outcome.get_result()
    call = getattr(report, "call", None)
    if report.failed and call is not None and call.excinfo is not None:
        report.ide_frames = ide_report.frames_of(call.excinfo.tb)


def pytest_collection_finish(session):
    _coverage.flush()
    cases = []
    for item in session.items:
        path, line, name = item.location
        cases.append({"id": item.nodeid, "name": name, "path": path, "line": None if line is None else line + 1})
    for start in range(0, len(cases), 200):
        ide_report.emit(event="collected", cases=cases[start:start + 200])


def pytest_runtest_logstart(nodeid, location):
    if not _is_ours():
        return
    _cases[nodeid] = {"status": "passed", "duration": 0.0, "message": None, "frames": [], "began": time.monotonic()}
    path, line, name = location
    ide_report.emit(event="start", id=nodeid, name=name, path=path, line=None if line is None else line + 1)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    case = _cases.get(item.nodeid)
    if case is None:
        return
    case["duration"] += call.duration
    if report.failed:
        # The first failure is the story; a teardown that fails after it is not.
        if case["status"] in ("passed", "skipped"):
            case["status"] = "failed" if report.when == "call" else "error"
            if call.excinfo is not None:
                case["message"] = call.excinfo.exconly(tryshort=True)[:4000]
                case["frames"] = ide_report.frames_of(call.excinfo.tb)
            else:
                case["message"] = str(report.longrepr)[:4000]
    elif report.skipped and case["status"] == "passed":
        case["status"] = "skipped"
        reason = getattr(report, "wasxfail", None)
        if reason is None and isinstance(report.longrepr, tuple):
            reason = report.longrepr[2]
        case["message"] = None if reason is None else str(reason)[:1000]


def pytest_runtest_logfinish(nodeid, location):
    if not _is_ours():
        return
    case = _cases.pop(nodeid, None)
    if case is None:
        return
    _coverage.flush(nodeid)
    path, line, name = location
    ide_report.emit(
        event="finish", id=nodeid, name=name, path=path, line=None if line is None else line + 1, status=case["status"],
        duration=round(case["duration"] * 1000, 3), message=case["message"], frames=case["frames"])


def pytest_sessionfinish(session, exitstatus):
    if _is_ours():
        _coverage.flush()
        ide_report.emit(event="end", exit=int(exitstatus))
