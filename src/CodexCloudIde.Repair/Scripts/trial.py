"""Tries many candidate edits. Two ways, the same verdict:

- An edit inside functions: a process that has collected the tests forks; the child gives the functions their new code (every reference to a
  function object sees it) and runs the tests. A few milliseconds each.
- An edit of what runs at import: it is written to a private copy of the workspace and a process forked from one that holds pytest collects anew.

 Input: JSON on stdin {candidates, failing, passing, seconds, testSeconds, workers}; output: a JSON line for each
candidate: {id, mended, broken, state, told}; numbers are positions in `failing` and `passing`.
"""

import base64
import gc
import hashlib
import inspect
import json
import mmap
import os
import select
import shutil
import signal
import sys
import tempfile
import time
import types

sys.dont_write_bytecode = True
os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
spec = json.loads(base64.b64decode("@SPEC@"))
started = time.monotonic()
ROOT = os.path.realpath(os.getcwd())
LEFT_OUT = (".git", ".hg", "node_modules", ".venv", "venv", "__pycache__", ".tox", ".pytest_cache", ".mypy_cache")
failing, passing = spec["failing"], spec["passing"]
out = os.dup(1)
null = os.open(os.devnull, os.O_RDWR)
os.dup2(null, 0)
os.dup2(null, 1)
os.dup2(null, 2)

import pytest

OPTIONS = ["-q", "-p", "no:cacheprovider", "-p", "no:faulthandler", "--tb=no", "--assert=plain", "--continue-on-collection-errors"]
base = os.path.realpath(tempfile.mkdtemp())
empty = os.path.join(base, "empty")
os.mkdir(empty)
pytest.main([*OPTIONS, "--rootdir", empty, "-c", os.devnull, empty])
for name in spec.get("modules", []):
    try:
        __import__(name)
    except Exception:  # only a head start: what cannot be loaded ahead is loaded by the tests
        continue


class Collect:
    def __init__(self):
        self.outcomes = {}
        self.told = []

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item, call):
        result = yield
        report = result.get_result()
        if report.failed:
            self.outcomes[item.nodeid] = "failed"
            if call.excinfo is not None:
                step, where = call.excinfo.tb, ""
                while step is not None:
                    where = f"{os.path.basename(step.tb_frame.f_code.co_filename)}:{step.tb_lineno}"
                    step = step.tb_next
                self.told.append(f"{item.nodeid} {where} {type(call.excinfo.value).__name__} {str(call.excinfo.value)[:300]}")
        elif report.when == "call" and report.passed:
            self.outcomes.setdefault(item.nodeid, "passed")
        elif report.skipped:
            self.outcomes.setdefault(item.nodeid, "skipped")


def forked(action, limit):
    """What ``action`` returns in a forked child; None when it hung or died."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setpgid(0, 0)
            os.close(read)
            answer = action()
            with os.fdopen(write, "w") as stream:
                json.dump(answer, stream)
        finally:
            os._exit(0)
    os.close(write)
    data = b""
    end = time.monotonic() + limit
    whole = False
    while True:
        ready, _, _ = select.select([read], [], [], max(0, end - time.monotonic()))
        if not ready:
            break
        part = os.read(read, 65536)
        if not part:
            whole = True
            break
        data += part
    for kill, target in ((os.killpg, child), (os.kill, child)):
        try:
            kill(target, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            continue
    os.waitpid(child, 0)
    os.close(read)
    try:
        return json.loads(data) if whole and data else None
    except ValueError:
        return None


def anew(folder, tests):
    """A whole pytest session over the copy as it is now."""
    os.chdir(folder)
    collect = Collect()
    pytest.main([*OPTIONS, "--rootdir", folder, *tests], plugins=[collect])
    return {"outcomes": collect.outcomes, "told": collect.told}


def codes(code, out):
    """All code objects below one, in source order."""
    out.append(code)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            codes(constant, out)
    return out


def essence(code):
    """What a code object does, whatever its line numbers. A function's includes what it defines; a module's or class's does not."""
    nested = essence if code.co_flags & inspect.CO_NEWLOCALS else lambda _: "code"
    return (code.co_code, code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars, code.co_flags, code.co_exceptiontable,
            tuple(nested(constant) if isinstance(constant, types.CodeType) else (type(constant).__name__, repr(constant)) for constant in code.co_consts))


def replacements(path, old_text, new_text):
    """[(name, first line, new code)] for the functions that differ, or None when something else does."""
    old, new = codes(compile(old_text, path, "exec"), []), codes(compile(new_text, path, "exec"), [])
    if [code.co_qualname.replace("<lambda>", "") for code in old] != [code.co_qualname.replace("<lambda>", "") for code in new]:
        # A comprehension or lambda more or less: the functions around it still pair up by name.
        old, new = ([code for code in side if "<" not in code.co_qualname.split(".")[-1] or code.co_qualname == "<module>"] for side in (old, new))
        if [code.co_qualname for code in old] != [code.co_qualname for code in new]:
            return None
    out = []
    for before, after in zip(old, new):
        if essence(before) == essence(after):
            continue
        if not before.co_flags & inspect.CO_NEWLOCALS:
            return None
        out.append((before.co_qualname, before.co_firstlineno, after))
    return out


def enough(answer):
    """Candidates come best first: once one mends everything, or several together do, only a few more may be better."""
    if candidate_helps(answer):
        for number in answer["mended"]:
            shared[number] = 1
        if len(answer["mended"]) == len(failing):
            shared[-1] = 1
    if not all(shared[:-3]):
        return False
    grace = shared[-3] * 256 + shared[-2] + 1
    shared[-3], shared[-2] = divmod(min(grace, 65535), 256)
    return grace > (spec.get("graceAlone", 10) if shared[-1] else spec.get("graceTogether", 60))


def candidate_helps(answer):
    return answer["state"] == "tried" and answer["mended"] and not answer["broken"]


class Server:
    """Answers candidates from inside a session that has collected all tests."""

    def __init__(self, collect, folder, mine):
        self.collect, self.folder, self.mine = collect, folder, mine
        self.functions = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session):
        self.items = session.items
        gc.collect()
        for value in gc.get_objects():
            if isinstance(value, types.FunctionType) and value.__code__.co_filename.startswith(self.folder):
                code = value.__code__
                self.functions.setdefault((code.co_filename, code.co_qualname, code.co_firstlineno), []).append(value)
        gc.freeze()
        for candidate in self.mine:
            if time.monotonic() - started > spec["seconds"]:
                break
            answer = {"id": candidate["id"], **judge(self, candidate)}
            os.write(out, json.dumps(answer, separators=(",", ":")).encode() + b"\n")
            if enough(answer):
                break
        return True

    def run(self, changes, tests):
        gc.disable()
        for function, code in changes:
            function.__code__ = code
        chosen = self.items if tests is None else [item for item in self.items if item.nodeid in tests]
        for number, item in enumerate(chosen):
            following = chosen[number + 1] if number + 1 < len(chosen) else None
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        return {"outcomes": self.collect.outcomes, "told": self.collect.told}

    def changes(self, texts):
        """[(function, new code)], or None when the edits cannot be made this way."""
        found = []
        for full, (before, after) in texts.items():
            parts = replacements(full, before, after)
            if parts is None:
                return None
            for name, line, code in parts:
                functions = self.functions.get((full, name, line), [])
                if not functions and "<locals>" not in name:
                    return None
                if any(len(function.__code__.co_freevars) != len(code.co_freevars) for function in functions):
                    return None
                found.extend((function, code) for function in functions)
        return found


def apply(text, edits):
    units = text.encode("utf-16-le")
    for edit in sorted(edits, key=lambda edit: -edit["start"]):
        units = units[:edit["start"] * 2] + edit["replacement"].encode("utf-16-le") + units[edit["end"] * 2:]
    return units.decode("utf-16-le")


COLLECTED = {name for name in failing if "::" in name}


def judge(server, candidate):
    texts = {}
    by_path = {}
    for edit in candidate["edits"]:
        by_path.setdefault(edit["path"], []).append(edit)
    try:
        for path, edits in by_path.items():
            full = os.path.realpath(os.path.join(server.folder, path))
            if not full.startswith(server.folder + os.sep):
                return {"state": "invalid"}
            with open(full, encoding="utf-8", newline="") as stream:
                before = stream.read()
            plain = spec.get("lineFeeds") and "\r\n" in before
            after = apply(before.replace("\r\n", "\n"), edits).replace("\n", "\r\n") if plain else apply(before, edits)
            texts[full] = (before, after)
            compile(texts[full][1], path, "exec")
        changes = server.changes(texts) if len(COLLECTED) == len(failing) else None
    except (SyntaxError, ValueError, OSError):
        return {"state": "invalid"}
    if changes is not None and not changes and candidate["edits"]:
        return {"state": "unused"}
    try:
        if changes is None:
            for full, (_, after) in texts.items():
                with open(full, "w", encoding="utf-8", newline="") as stream:
                    stream.write(after)
        wanted = set(failing)

        def trial(everything):
            if changes is None:
                return lambda: anew(server.folder, [] if everything else failing)
            return lambda: server.run(changes, None if everything else wanted)

        first = forked(trial(False), spec["testSeconds"])
        if first is None:
            return {"state": "hung"}
        mended = [number for number, name in enumerate(failing) if verdict(first, name)]
        told = hashlib.sha256("\n".join(sorted(first["told"])).encode()).hexdigest()[:12]
        answer = {"state": "tried", "told": told, "mended": mended, "broken": []}
        if mended or candidate.get("thorough"):
            rest = forked(trial(True), spec["testSeconds"] * 2)
            if rest is None:
                return {"state": "hung"}
            answer["mended"] = [number for number, name in enumerate(failing) if verdict(rest, name)]
            answer["broken"] = [number for number, name in enumerate(passing) if not verdict(rest, name)]
        return answer
    finally:
        if changes is None:
            for full, (before, _) in texts.items():
                with open(full, "w", encoding="utf-8", newline="") as stream:
                    stream.write(before)


def verdict(run, name):
    """A test passed; a module that could not be collected is mended when all that it now holds passes."""
    if "::" in name:
        return run["outcomes"].get(name) == "passed"
    inside = [outcome for test, outcome in run["outcomes"].items() if test.startswith(name + "::")]
    return bool(inside) and all(outcome != "failed" for outcome in inside)


def work(number, workers):
    folder = os.path.join(base, f"copy{number}", os.path.basename(ROOT) or "workspace")
    shutil.copytree(ROOT, folder, symlinks=True, ignore=shutil.ignore_patterns(*LEFT_OUT))
    os.chdir(folder)
    collect = Collect()
    mine = spec["candidates"][number::workers]
    server = Server(collect, folder, mine)
    pytest.main([*OPTIONS, "--rootdir", folder], plugins=[collect, server])


shared = mmap.mmap(-1, len(failing) + 3)
workers = max(1, min(spec.get("workers", 2), os.cpu_count() or 1, len(spec["candidates"])))
children = []
for number in range(workers):
    child = os.fork()
    if child == 0:
        try:
            work(number, workers)
        finally:
            os._exit(0)
    children.append(child)
for child in children:
    os.waitpid(child, 0)
shutil.rmtree(base, ignore_errors=True)
