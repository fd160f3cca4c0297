"""Runs the project's tests once and tells what they did: outcome, exception, frames, the lines each test ran,
and the source and syntax tree of every module that they touched. Input: JSON on stdin; output: one line of base64(zlib(JSON)).
"""

import ast
import base64
import json
import os
import signal
import sys
import zlib

sys.dont_write_bytecode = True
spec = json.loads(base64.b64decode("@SPEC@"))
ROOT = os.path.realpath(os.getcwd())
SKIPPED = ("/.venv/", "/venv/", "/node_modules/", "/site-packages/", "/.git/", "/.tox/")


class Hang(BaseException):
    """A test that ran out of time; raised where it was."""


def on_alarm(_signal, _frame):
    raise Hang("the test did not end in time")


signal.signal(signal.SIGALRM, on_alarm)
saved_out = os.dup(1)
null = os.open(os.devnull, os.O_RDWR)
os.dup2(null, 1)
os.dup2(null, 0)

names = {}


def relative(filename):
    found = names.get(filename)
    if found is None:
        path = os.path.realpath(filename)
        inside = path.startswith(ROOT + "/") and path.endswith(".py") and not any(part in path for part in SKIPPED)
        found = names[filename] = path[len(ROOT) + 1:] if inside else ""
    return found


lines = set()


def trace(frame, event, _argument):
    path = relative(frame.f_code.co_filename)
    if not path:
        return None
    lines.add((path, frame.f_lineno))

    def local(frame, event, _argument):
        if event == "line":
            lines.add((path, frame.f_lineno))
        return local

    return local


def describe(value):
    kind = type(value).__name__
    out = {"type": kind}
    try:
        if isinstance(value, dict):
            out["keys"] = [key for key in list(value)[:40] if isinstance(key, str)]
        elif isinstance(value, (list, tuple, str, bytes, set)):
            out["length"] = len(value)
        elif isinstance(value, (bool, int, float)):
            out["value"] = repr(value)[:20]
        elif relative(getattr(sys.modules.get(type(value).__module__), "__file__", None) or ""):
            out["attributes"] = [name for name in dir(value) if not name.startswith("__")][:60]
    except Exception as problem:  # a value that cannot be looked at is described by its type alone
        out["unreadable"] = type(problem).__name__
    return out


def failure(excinfo):
    error = excinfo.value
    out = {"type": type(error).__name__, "message": str(error)[:2000], "frames": []}
    if isinstance(error, KeyError) and error.args and isinstance(error.args[0], str):
        out["key"] = error.args[0]
    for attribute in ("name", "obj"):
        if isinstance(error, (AttributeError, NameError)) and hasattr(error, attribute):
            value = getattr(error, attribute)
            if attribute == "name":
                out["name"] = value
            elif value is not None or isinstance(error, AttributeError):
                out["object"] = type(value).__name__
                try:
                    out["attributes"] = [name for name in dir(value) if not name.startswith("__")][:80]
                except Exception as problem:  # the same: the type has to do
                    out["unreadable"] = type(problem).__name__
    step = error.__traceback__
    while step is not None:
        path = relative(step.tb_frame.f_code.co_filename)
        if path:
            out["frames"].append({
                "path": path, "line": step.tb_lineno, "function": step.tb_frame.f_code.co_name,
                "locals": {name: describe(value) for name, value in list(step.tb_frame.f_locals.items())[:40] if not name.startswith("@")},
            })
        step = step.tb_next
    context = error.__cause__ or error.__context__
    if context is not None and context is not error:
        out["context"] = {"type": type(context).__name__, "message": str(context)[:500]}
    return out


import pytest


class Observer:
    def __init__(self):
        self.tests = {}
        self.order = []

    def entry(self, identity):
        if identity not in self.tests:
            self.tests[identity] = {"id": identity, "outcome": "passed", "lines": {}}
            self.order.append(identity)
        return self.tests[identity]

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item, nextitem):
        lines.clear()
        signal.setitimer(signal.ITIMER_REAL, spec.get("testSeconds", 5))
        sys.settrace(trace)
        yield
        sys.settrace(None)
        signal.setitimer(signal.ITIMER_REAL, 0)
        into = self.entry(item.nodeid)["lines"]
        for path, line in lines:
            into.setdefault(path, []).append(line)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item, call):
        result = yield
        report = result.get_result()
        entry = self.entry(item.nodeid)
        entry["duration"] = entry.get("duration", 0) + report.duration
        if report.skipped and entry["outcome"] == "passed":
            entry["outcome"] = "skipped"
        if report.failed:
            entry["outcome"] = "failed"
            entry["test"] = item.location[0]
            if call.excinfo is not None and "error" not in entry:
                entry["error"] = failure(call.excinfo)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_make_collect_report(self, collector):
        result = yield
        report = result.get_result()
        if report.failed:
            entry = self.entry(collector.nodeid)
            entry["outcome"] = "failed"
            entry["collect"] = True
            call = getattr(report, "call", None)
            if call is not None and call.excinfo is not None:
                error = call.excinfo.value
                entry["error"] = failure(call.excinfo)
                cause = error.__cause__ or error.__context__
                if cause is not None and not entry["error"]["frames"][1:]:
                    entry["error"] = failure(type("Info", (), {"value": cause})())
            else:
                entry["error"] = {"type": "CollectError", "message": str(report.longrepr)[-2000:], "frames": []}


observer = Observer()
status = pytest.main(["-q", "-p", "no:cacheprovider", "-p", "no:faulthandler", "--tb=short", "--continue-on-collection-errors", *spec.get("arguments", [])],
                     plugins=[observer])


def tree(text):
    shift = 1 if text.startswith("\ufeff") else 0
    starts = []
    at = shift
    body = text[shift:]
    raw = body.split("\n")
    for line in raw:
        starts.append(at)
        at += len(line.encode("utf-16-le")) // 2 + 1
    plain = [line.isascii() for line in raw]

    def offset(line, column):
        if line > len(raw):
            return at - 1
        if plain[line - 1]:
            return starts[line - 1] + column
        return starts[line - 1] + len(raw[line - 1].encode("utf-8")[:column].decode("utf-8", "replace").encode("utf-16-le")) // 2

    def dump(node, inside):
        out = {"k": type(node).__name__}
        if hasattr(node, "lineno") and hasattr(node, "end_lineno"):
            good = True
            if inside:
                try:
                    segment = ast.get_source_segment(body, node)
                    good = segment is not None and ast.dump(ast.parse(segment, mode="eval").body) == ast.dump(node)
                except Exception:  # the position inside a formatted string is not where it says: without a span it is left alone
                    good = False
            if good:
                out["s"] = offset(node.lineno, node.col_offset)
                out["e"] = offset(node.end_lineno, node.end_col_offset)
            out["l"] = node.lineno
        within = inside or isinstance(node, ast.JoinedStr)
        for name, value in ast.iter_fields(node):
            if name in ("ctx", "type_comment", "type_ignores"):
                continue
            if isinstance(value, ast.AST):
                if isinstance(value, (ast.operator, ast.unaryop, ast.boolop, ast.cmpop)):
                    out[name] = type(value).__name__
                else:
                    out[name] = dump(value, within)
            elif isinstance(value, list):
                out[name] = [dump(entry, within) if isinstance(entry, ast.AST) and not isinstance(entry, ast.cmpop)
                             else type(entry).__name__ if isinstance(entry, ast.AST) else entry for entry in value]
            elif isinstance(node, ast.Constant) and name == "value":
                out["type"] = type(value).__name__
                out["value"] = value if isinstance(value, str) else repr(value)
            elif value is not None:
                out[name] = value
        return out

    return dump(ast.parse(body), False)


wanted = set()
for folder, folders, found in os.walk(ROOT):
    folders[:] = [name for name in folders if not name.startswith(".") and name not in ("node_modules", "venv", "__pycache__", "site-packages")]
    for name in found:
        if name.endswith(".py"):
            wanted.add(os.path.relpath(os.path.join(folder, name), ROOT))
loaded = {relative(getattr(module, "__file__", None) or "") for module in list(sys.modules.values()) if getattr(module, "__file__", None)}
touched = loaded | {path for test in observer.tests.values() for path in test["lines"]}
touched |= {frame["path"] for test in observer.tests.values() for frame in test.get("error", {}).get("frames", [])}
if any(test.get("collect") for test in observer.tests.values()):
    touched |= wanted
files = {}
for path in sorted(touched & wanted):
    try:
        with open(path, encoding="utf-8", newline="") as stream:
            text = stream.read()
        if len(text) <= 400_000:
            files[path] = {"text": text, "tree": tree(text)}
    except (SyntaxError, UnicodeDecodeError, ValueError) as problem:
        files[path] = {"problem": str(problem)}

answer = {"status": int(status), "tests": [observer.tests[name] for name in observer.order], "files": files}
os.write(saved_out, base64.b64encode(zlib.compress(json.dumps(answer).encode(), 6)) + b"\n")
