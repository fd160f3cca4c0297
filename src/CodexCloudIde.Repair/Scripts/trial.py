"""Tries many candidate edits. Two ways, the same verdict:

- An edit inside functions: a process that has collected the tests forks; the child gives the functions their new code (every reference to a
  function object sees it) and runs the tests. A few milliseconds each.
- An edit of what runs at import: it is written to a private copy of the workspace and a process forked from one that holds pytest collects anew.

Only the tests that were seen to run an edited function are run for it. Output: a JSON line for each candidate: {id, state, mended, broken, told, at}; numbers are
positions in `failing` and `passing`; `at` says how far the failing tests came, as lines of their own.
"""

import base64
import gc
import hashlib
import importlib
import inspect
import json
import mmap
import os
import resource
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


class Hang(BaseException):
    """A test that ran out of time."""


def on_alarm(_signal, _frame):
    limit(0)
    raise Hang("the test did not end in time")


def limit(seconds):
    """Of CPU time, since others may use the machine; of time a good deal more, for what waits. 0 lifts it."""
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, seconds * 4)


def reached(error, item):
    """The line of the test itself where it failed."""
    name = getattr(item, "originalname", None) or item.name.split("[")[0]
    step = error.__traceback__
    while step is not None:
        if step.tb_frame.f_code.co_name == name:
            return step.tb_lineno
        step = step.tb_next
    return 0


class Collect:
    def __init__(self):
        self.outcomes = {}
        self.told = []
        self.at = {}
        self.hung = False

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item, call):
        result = yield
        report = result.get_result()
        if report.failed:
            self.outcomes[item.nodeid] = "failed"
            if call.excinfo is not None:
                self.hung = self.hung or isinstance(call.excinfo.value, Hang)
                self.at.setdefault(item.nodeid, reached(call.excinfo.value, item))
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
    bound()
    for name, module in list(sys.modules.items()):
        if (getattr(module, "__file__", None) or "").startswith(folder + "/") or any(path.startswith(folder) for path in getattr(module, "__path__", [])):
            del sys.modules[name]
    importlib.invalidate_caches()
    collect = Collect()
    pytest.main([*OPTIONS, "--rootdir", folder, *tests], plugins=[collect])
    return {"outcomes": collect.outcomes, "told": collect.told, "at": collect.at, "hung": False}


def bound():
    """A candidate may make a loop that never ends and keeps what it makes: it gets an error, not the machine's memory."""
    with open("/proc/self/statm", encoding="ascii") as stream:
        now = int(stream.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (now + (384 << 20), resource.RLIM_INFINITY))


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


compiled = {}


def replacements(path, old_text, new_text):
    """[(name, first line, new code)] for the functions that differ, or None when something else does."""
    if path not in compiled or compiled[path][0] != old_text:
        compiled[path] = old_text, codes(compile(old_text, path, "exec"), [])
    old, new = compiled[path][1], codes(compile(new_text, path, "exec"), [])
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
        bound()
        for function, code in changes:
            function.__code__ = code
        signal.signal(signal.SIGPROF, on_alarm)
        signal.signal(signal.SIGALRM, on_alarm)
        chosen = [item for item in self.items if item.nodeid in tests]
        for number, item in enumerate(chosen):
            following = chosen[number + 1] if number + 1 < len(chosen) else None
            limit(limits.get(item.nodeid, spec["testSeconds"]))
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            limit(0)
            if self.collect.hung:
                break
        return {"outcomes": self.collect.outcomes, "told": self.collect.told, "at": self.collect.at, "hung": self.collect.hung}

    def changes(self, texts):
        """([(function, new code)], the tests that run them), or None when the edits cannot be made this way."""
        found = []
        concerned = set()
        for full, (before, after) in texts.items():
            parts = replacements(full, before, after)
            if parts is None:
                return None
            for name, line, code in parts:
                running = reach(os.path.relpath(full, self.folder), line)
                if running is None:
                    return None
                concerned |= running
                functions = self.functions.get((full, name, line), [])
                if not functions and "<locals>" not in name:
                    return None
                if any(len(function.__code__.co_freevars) != len(code.co_freevars) for function in functions):
                    return None
                found.extend((function, code) for function in functions)
        return found, concerned


def apply(text, edits):
    units = text.encode("utf-16-le")
    for _, edit in sorted(enumerate(edits), key=lambda entry: (-entry[1]["start"], -entry[0])):
        units = units[:edit["start"] * 2] + edit["replacement"].encode("utf-16-le") + units[edit["end"] * 2:]
    return units.decode("utf-16-le")


COLLECTED = {name for name in failing if "::" in name}
EVERY = {*failing, *passing}
seen = spec.get("seen") or {}
limits = dict(zip([*failing, *passing], seen.get("limits", [])))


def reach(path, line):
    """The tests that were seen to run the function that begins at this line; all of them where nothing was seen; None for one that ran at import."""
    best = None
    for first, last, tests in seen.get("reach", {}).get(path, []):
        if first <= line <= last and (best is None or first >= best[0]):
            best = (first, tests)
    if best is None:
        return EVERY
    if best[1] == [-1]:
        return None
    return {failing[number] if number < len(failing) else passing[number - len(failing)] for number in best[1]}


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
        changes = server.changes(texts) if len(COLLECTED) == len(failing) else None
        if changes is None:
            for full, (_, after) in texts.items():
                compile(after, full, "exec")
    except (SyntaxError, ValueError, OSError):
        return {"state": "invalid"}
    if changes is not None and not changes[0] and candidate["edits"]:
        return {"state": "unused"}
    try:
        concerned = EVERY if changes is None or candidate.get("thorough") else changes[1]
        if not concerned.intersection(failing):
            return {"state": "unused"}
        if changes is None:
            for full, (_, after) in texts.items():
                with open(full, "w", encoding="utf-8", newline="") as stream:
                    stream.write(after)

        def trial(tests):
            if changes is None:
                return lambda: anew(server.folder, [] if tests is passing else failing)
            return lambda: server.run(changes[0], concerned.intersection(tests))

        first = forked(trial(failing), spec["testSeconds"])
        if first is None:
            return {"state": "hung"}
        mended = [number for number, name in enumerate(failing) if verdict(first, name)]
        if first["hung"] and not mended:
            return {"state": "hung"}
        told = hashlib.sha256("\n".join(sorted(first["told"])).encode()).hexdigest()[:12]
        answer = {"state": "tried", "told": told, "mended": mended, "broken": [], "at": {number: first["at"][name] for number, name in enumerate(failing) if name in first["at"]}}
        advanced = any(first["at"].get(name, 0) > at > 0 for name, at in zip(failing, seen.get("at", [])))
        if mended or advanced or candidate.get("thorough"):
            rest = forked(trial(passing), spec["testSeconds"] * 2)
            if rest is None:
                return {"state": "hung"}
            if changes is None:
                answer["mended"] = [number for number, name in enumerate(failing) if verdict(rest, name)]
            answer["broken"] = [number for number, name in enumerate(passing) if name in concerned and not verdict(rest, name)]
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
