"""Tries candidate edits, each in a copy of the workspace: applies it, runs the named cases, and where they pass, all cases.

One process holds pytest; each candidate is a fork of it, so that only the tests themselves take time. Input: JSON on stdin
{candidates: [{id, edits: [{path, start, end, replacement}]}], tests: [case], seconds, total}; offsets in UTF-16 units of the text with LF line
endings. Output: a JSON line for each candidate: {id, state, mended, broken, message}.
"""

import json
import os
import shutil
import signal
import sys
import time

sys.dont_write_bytecode = True
import pytest

spec = json.loads(sys.stdin.buffer.read())
ROOT = os.getcwd()
SKIPPED = shutil.ignore_patterns(".git", "node_modules", "target", ".venv", "venv", "__pycache__", ".pytest_cache", "bin", "obj")
WORK = "/tmp/candidates"


class Verdicts:
    def __init__(self):
        self.cases = {}

    def pytest_runtest_logreport(self, report):
        if report.failed:
            self.cases[report.nodeid] = "failed"
        elif report.when == "call":
            self.cases.setdefault(report.nodeid, "skipped" if report.skipped else "passed")

    def pytest_collectreport(self, report):
        if report.failed:
            self.cases[report.nodeid] = "failed"


def run(folder, cases):
    os.chdir(folder)
    sys.path.insert(0, folder)
    verdicts = Verdicts()
    pytest.main(["-q", "-p", "no:cacheprovider", "--continue-on-collection-errors", *cases], plugins=[verdicts])
    return verdicts.cases


def in_fork(folder, cases, seconds):
    """The verdicts of a run in a process group of its own; None when it ran out of time."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.setsid()
        null = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(null, descriptor)
        code = 1
        try:
            answer = json.dumps(run(folder, cases)).encode()
            with os.fdopen(writing, "wb") as stream:
                stream.write(answer)
            code = 0
        finally:
            os._exit(code)
    os.close(writing)
    ended = time.monotonic() + seconds
    answer = b""
    try:
        os.set_blocking(reading, False)
        while True:
            try:
                piece = os.read(reading, 65536)
                if not piece:
                    break
                answer += piece
            except BlockingIOError:
                if time.monotonic() > ended:
                    return None
                time.sleep(0.005)
    finally:
        os.close(reading)
        try:
            os.killpg(child, signal.SIGKILL)
        except ProcessLookupError:
            pass
        os.waitpid(child, 0)
    return json.loads(answer) if answer else {}


def apply(folder, edits):
    by_path = {}
    for edit in edits:
        by_path.setdefault(edit["path"], []).append(edit)
    for path, of_file in by_path.items():
        full = os.path.realpath(os.path.join(folder, path))
        if not full.startswith(folder + "/"):
            raise ValueError(path + " is outside the workspace")
        with open(full, encoding="utf-8", newline="") as stream:
            text = stream.read()
        crlf = "\r\n" in text
        units = text.replace("\r\n", "\n").encode("utf-16-le")
        for edit in sorted(of_file, key=lambda edit: -edit["start"]):
            units = units[: edit["start"] * 2] + edit["replacement"].encode("utf-16-le") + units[edit["end"] * 2:]
        changed = units.decode("utf-16-le")
        os.unlink(full)
        with open(full, "w", encoding="utf-8", newline="") as stream:
            stream.write(changed.replace("\n", "\r\n") if crlf else changed)


def attempt(candidate, before):
    folder = os.path.join(WORK, "workspace")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT, folder, symlinks=True, ignore=SKIPPED)
    apply(folder, candidate["edits"])
    named = in_fork(folder, spec["tests"], spec["seconds"])
    if named is None:
        return {"state": "timedOut", "mended": [], "broken": []}
    mended = [case for case in spec["tests"] if named.get(case) == "passed"]
    if not mended:
        return {"state": "failed", "mended": [], "broken": []}
    every = in_fork(folder, [], max(spec["seconds"], spec["allSeconds"]))
    if every is None:
        return {"state": "timedOut", "mended": mended, "broken": []}
    mended = [case for case in spec["tests"] if every.get(case) == "passed"]
    broken = [case for case, verdict in before.items() if verdict == "passed" and every.get(case) not in ("passed", "skipped")]
    passed = mended and len(mended) == len(spec["tests"]) and not broken
    return {"state": "passed" if passed else "partly" if mended and not broken else "failed", "mended": mended, "broken": broken}


def tell(answer):
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


os.makedirs(WORK, exist_ok=True)
base = os.path.join(WORK, "base")
shutil.copytree(ROOT, base, symlinks=True, ignore=SKIPPED, dirs_exist_ok=True)
deadline = time.monotonic() + spec["total"]
before = in_fork(base, [], spec["allSeconds"]) or {}
for candidate in spec["candidates"]:
    if time.monotonic() > deadline:
        tell({"id": candidate["id"], "state": "notTried", "mended": [], "broken": []})
        continue
    try:
        tell({"id": candidate["id"], **attempt(candidate, before)})
    except (OSError, ValueError, UnicodeError, KeyError) as problem:
        tell({"id": candidate.get("id"), "state": "error", "mended": [], "broken": [], "message": str(problem)[:500]})
