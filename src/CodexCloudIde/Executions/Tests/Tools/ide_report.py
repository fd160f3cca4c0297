"""Appends one JSON object per line to the report that the server reads while the tests run, and measures coverage by line."""
import json
import os
import sys
import threading

REPORT = os.environ.get("IDE_REPORT", "/ide/report/events")
ROOT = os.environ.get("IDE_ROOT", "/workspace")
COVERAGE = os.environ.get("IDE_COVERAGE", "")
# What is compiled here is there again in the next run; None where nothing is kept.
COMPILED = "/ide/compiled" if os.access("/ide/compiled", os.W_OK) else None

_prefix = ROOT + "/"
_skip = ("/.venv/", "/venv/", "/node_modules/", "/site-packages/", "/.git/")


def emit(**event):
    # One write per line: a test that forks, or is killed between two lines, cannot tear one.
    line = (json.dumps(event) + "\n").encode("utf-8", "replace")
    try:
        descriptor = os.open(REPORT, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    except OSError:
        return
    try:
        os.write(descriptor, line)
    except OSError:
        pass
    finally:
        os.close(descriptor)


def relative(path):
    path = os.path.abspath(path)
    return path[len(_prefix):] if path.startswith(_prefix) else path


def frames_of(traceback):
    frames = []
    while traceback is not None and len(frames) < 200:
        code = traceback.tb_frame.f_code
        if not _is_machinery(code.co_filename):
            frames.append({"path": relative(code.co_filename), "line": traceback.tb_lineno, "function": code.co_name})
        traceback = traceback.tb_next
    return frames


def _is_machinery(path):
    return any(part in path for part in ("/_pytest/", "/pluggy/", "/unittest/", "/ide/tools/", "/pytest/__"))


class Coverage:
    """Lines that ran, by the interpreter's own trace function; by case when asked for."""

    def __init__(self):
        self.wanted = COVERAGE in ("lines", "cases")
        self.by_case = COVERAGE == "cases"
        self.lines = {}
        self.known = {}
        self.files = {}

    def start(self):
        if self.wanted:
            threading.settrace(self._call)
            sys.settrace(self._call)

    def flush(self, case=None):
        if not self.wanted:
            return
        # Whatever a test did to the trace function, the next one is measured again.
        sys.settrace(None)
        found = {}
        for path, lines in list(self.lines.items()):
            fresh = lines if self.by_case else lines - self.known.setdefault(path, set())
            if not fresh:
                continue
            if path not in self.files:
                self.files[path] = _executable(path)
                emit(event="file", path=relative(path), lines=sorted(self.files[path]))
            self.known.setdefault(path, set()).update(fresh)
            found[relative(path)] = sorted(fresh)
        if found:
            emit(event="coverage", id=case, files=found)
        self.lines = {}
        self.start()

    def _call(self, frame, event, argument):
        path = frame.f_code.co_filename
        if not path.startswith(_prefix) or any(part in path for part in _skip):
            return None
        self._note(path, frame.f_lineno)
        return self._line

    def _line(self, frame, event, argument):
        if event == "line":
            self._note(frame.f_code.co_filename, frame.f_lineno)
        return self._line

    def _note(self, path, line):
        lines = self.lines.get(path)
        if lines is None:
            lines = self.lines[path] = set()
        lines.add(line)


def _executable(path):
    try:
        with open(path, "rb") as source:
            pending = [compile(source.read(), path, "exec")]
    except (OSError, SyntaxError, ValueError):
        return set()
    lines = set()
    while pending:
        code = pending.pop()
        lines.update(line for _, _, line in code.co_lines() if line)
        pending.extend(constant for constant in code.co_consts if hasattr(constant, "co_lines"))
    return lines
