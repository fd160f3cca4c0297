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
    limit(0)
    raise Hang("the test did not end in time")


def limit(seconds):
    """Of CPU time, since others may use the machine; of time a good deal more, for what waits. 0 lifts it."""
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, seconds * 4)


signal.signal(signal.SIGPROF, on_alarm)
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
importing = set()
types = {}
members = {}
visits = {}


def note_types(path, frame):
    """What kinds of values a function's variables, and the objects among them, hold when it ends."""
    place = (path, frame.f_code.co_firstlineno)
    visits[place] = seen = visits.get(place, 0) + 1
    if seen > 25:
        return
    known = types.setdefault(place, {})
    for name, value in list(frame.f_locals.items())[:40]:
        known.setdefault(name, set()).add(type(value).__name__)
        held = getattr(value, "__dict__", None)
        if type(held) is dict and relative(getattr(sys.modules.get(type(value).__module__), "__file__", None) or ""):
            into = members.setdefault(type(value).__name__, {})
            for attribute, content in list(held.items())[:40]:
                into.setdefault(attribute, set()).add(type(content).__name__)


def trace(frame, event, _argument):
    path = relative(frame.f_code.co_filename)
    if not path:
        return None
    lines.add((path, frame.f_lineno))

    def local(frame, event, _argument):
        if event == "line":
            lines.add((path, frame.f_lineno))
        elif event == "return":
            note_types(path, frame)
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


def differences(left, right):
    """How what came differs from what was expected, as far as that hints at a cause."""
    signs = []
    if type(left) is not type(right):
        signs.append("none" if left is None or right is None else "type")
    if isinstance(left, bool) and isinstance(right, bool):
        signs.append("bool")
    elif isinstance(left, (int, float)) and isinstance(right, (int, float)):
        gap = left - right
        if abs(gap) == 1:
            signs.append("one")
        if gap and left == -right:
            signs.append("sign")
        elif gap and abs(gap) < 1:
            signs.append("fraction")
    elif isinstance(left, str) and isinstance(right, str):
        if left.strip().lower() == right.strip().lower() and left.strip() != right.strip():
            signs.append("case")
        if "".join(left.lower().split()) == "".join(right.lower().split()) and left.lower() != right.lower():
            signs.append("space")
        if left == right[::-1]:
            signs.append("reverse")
        if abs(len(left) - len(right)) == 1:
            signs.append("length")
    elif isinstance(left, (list, tuple)) and isinstance(right, (list, tuple)):
        if list(left) == list(right)[::-1]:
            signs.append("reverse")
        elif len(left) == len(right) and all(value in right for value in left):
            signs.append("order")
        if len(left) != len(right):
            signs.append("missing" if len(left) < len(right) else "surplus")
            if abs(len(left) - len(right)) == 1:
                signs.append("length")
        else:
            signs.extend(sign for a, b in zip(left, right) if a != b for sign in differences(a, b))
    elif isinstance(left, dict) and isinstance(right, dict):
        if len(left) != len(right):
            signs.append("missing" if len(left) < len(right) else "surplus")
        for key in left:
            if isinstance(key, str) and key not in right:
                signs.extend(sign for other in right if isinstance(other, str) for sign in differences(key, other) if sign in ("case", "space"))
        signs.extend(sign for key in left if key in right and left[key] != right[key] for sign in differences(left[key], right[key]))
    elif isinstance(left, set) and isinstance(right, set):
        signs.append("missing" if left < right else "surplus" if left > right else "order")
    return signs[:12]


def numbers(left, right, out):
    """Pairs of numbers (lengths among them) and of texts that should be equal and are not."""
    if len(out) >= 8:
        return
    if isinstance(left, bool) or isinstance(right, bool):
        return
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        if left != right and abs(left) < 1e12 and abs(right) < 1e12:
            out.append([left, right])
    elif isinstance(left, str) and isinstance(right, str):
        if left != right and len(left) < 300 and len(right) < 300:
            out.append([left, right])
    elif isinstance(left, (list, tuple)) and isinstance(right, (list, tuple)):
        if len(left) != len(right):
            out.append([len(left), len(right)])
        else:
            for a, b in zip(left, right):
                if a != b:
                    numbers(a, b, out)
    elif isinstance(left, dict) and isinstance(right, dict):
        for key in left:
            if key in right and left[key] != right[key]:
                numbers(left[key], right[key], out)


def hints(left, right):
    pairs = []
    try:
        signs = sorted(set(differences(left, right)))
        numbers(left, right, pairs)
    except Exception:  # values compare as they like: without a hint it goes on as well
        signs = []
    return {"signs": signs, "pairs": pairs}


def compared(error):
    """The two values of a unittest assertion, from the frame that compared them."""
    step = error.__traceback__
    while step is not None:
        held = step.tb_frame.f_locals
        if step.tb_frame.f_code.co_filename.endswith("unittest/case.py") and "first" in held and "second" in held:
            return held["first"], held["second"]
        step = step.tb_next
    return None


def reached(error, item):
    """The line of the test itself where it failed."""
    name = getattr(item, "originalname", None) or item.name.split("[")[0]
    step = error.__traceback__
    while step is not None:
        if step.tb_frame.f_code.co_name == name:
            return step.tb_lineno
        step = step.tb_next
    return 0


def failure(excinfo):
    error = excinfo.value
    out = {"type": type(error).__name__, "message": str(error)[:2000], "frames": []}
    if isinstance(error, KeyError) and error.args and isinstance(error.args[0], str):
        out["key"] = error.args[0]
        last = error.__traceback__
        while last.tb_next is not None:
            last = last.tb_next
        held = [value for value in last.tb_frame.f_locals.values() if isinstance(value, dict)]
        held += [inner for value in held for inner in list(value.values())[:20] if isinstance(inner, dict)]
        out["signs"] = sorted({sign for value in held for key in list(value)[:50] if isinstance(key, str) for sign in differences(key, error.args[0]) if sign in ("case", "space")})
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

    @pytest.hookimpl(tryfirst=True)
    def pytest_assertrepr_compare(self, config, op, left, right):
        self.hints = hints(left, right) if op in ("==", "is") else {}

    def pytest_collection_finish(self, session):
        sys.settrace(None)
        importing.update(lines)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item, nextitem):
        lines.clear()
        self.hints = {}
        hung = sum(1 for test in self.tests.values() if test.get("error", {}).get("type") == "Hang")
        limit(spec.get("testSeconds", 4) / (1 + hung))
        sys.settrace(trace)
        yield
        sys.settrace(None)
        limit(0)
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
                entry["at"] = reached(call.excinfo.value, item)
                values = compared(call.excinfo.value)
                for name, value in (hints(*values) if values else self.hints).items():
                    entry["error"][name] = entry["error"].get(name, []) + value

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
lines.clear()
sys.settrace(trace)
status = pytest.main(["-q", "-p", "no:cacheprovider", "-p", "no:faulthandler", "--tb=short", "--continue-on-collection-errors", *spec.get("arguments", [])],
                     plugins=[observer])
sys.settrace(None)


if not observer.tests and int(status) == 4:
    # A conftest that cannot be loaded takes all tests with it.
    problem = None
    sys.path.insert(0, ROOT)
    for name in ("conftest.py", "tests/conftest.py", "test/conftest.py"):
        try:
            with open(name, encoding="utf-8") as stream:
                exec(compile(stream.read(), os.path.join(ROOT, name), "exec"), {"__name__": "conftest", "__file__": os.path.join(ROOT, name)})
        except FileNotFoundError:
            continue
        except Exception as error:
            problem = error
            break
    for folder, folders, found in os.walk(ROOT):
        folders[:] = [name for name in folders if not name.startswith(".") and name not in ("node_modules", "venv", "__pycache__", "site-packages")]
        for name in found:
            if problem is not None and name.endswith(".py") and (name.startswith("test_") or name.endswith("_test.py")):
                entry = observer.entry(os.path.relpath(os.path.join(folder, name), ROOT))
                entry.update(outcome="failed", collect=True, error=failure(type("Info", (), {"value": problem})()))


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
    text = None
    try:
        with open(path, encoding="utf-8", newline="") as stream:
            text = stream.read()
        if len(text) <= 400_000:
            files[path] = {"text": text, "tree": tree(text)}
    except (SyntaxError, UnicodeDecodeError, ValueError) as problem:
        files[path] = {"problem": str(problem)}
        if isinstance(problem, SyntaxError) and text is not None:
            files[path].update(text=text, line=problem.lineno or 1)

answer = {
    "status": int(status), "tests": [observer.tests[name] for name in observer.order], "files": files,
    "importing": sorted(importing),
    "types": [{"path": path, "line": line, "of": {name: sorted(kinds) for name, kinds in known.items()}} for (path, line), known in types.items()],
    "members": {kind: {name: sorted(kinds) for name, kinds in known.items()} for kind, known in members.items()},
}
os.write(saved_out, base64.b64encode(zlib.compress(json.dumps(answer).encode(), 6)) + b"\n")
