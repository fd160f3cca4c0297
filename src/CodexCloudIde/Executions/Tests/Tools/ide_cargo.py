"""Builds with `cargo test --no-run`, runs each test program that comes of it, and says what is running and how each case ended, as it happens.

Stable Rust has no machine report of tests: the build speaks JSON, the programs are read by their text. One case at a time, so that a hang has a name.
Arguments: ids of cases, `file::module::case`; none is all, examples in documentation included.
"""
import json
import os
import re
import subprocess
import sys
import time

import ide_report

_CASE = re.compile(rb"^test (.+?)(?: - should panic)? \.\.\. ")
_TEST = re.compile(r"#\[(?:\w+::)*test\b[^\]]*\](?:\s*#\[[^\]]*\])*\s*(?:pub(?:\([^)]*\))?\s+)?(?:async\s+)?fn\s+(\w+)")
_PANIC = re.compile(r"panicked at '(.*?)', (\S+\.rs):(\d+):\d+", re.DOTALL)
_NEWER_PANIC = re.compile(r"panicked at (\S+\.rs):(\d+):\d+:\n(.*?)(?=\nstack backtrace:|\nnote: |\Z)", re.DOTALL)
_FUNCTION = re.compile(r"^\s+\d+: (.+)$")
_PLACE = re.compile(r"^\s+at (\S+\.rs):(\d+)(?::\d+)?$")
_EXAMPLE = re.compile(r"^(\S+\.rs) - (.*?)\s*\(line (\d+)\)$")


class Target:
    """One test program: where its cases stand in its files, and which of them are wanted."""

    def __init__(self, artifact):
        self.program = artifact["executable"]
        self.folder = os.path.dirname(artifact["manifest_path"])
        self.source = artifact["target"]["src_path"]
        self.places = {}
        for path in self._files(artifact["target"]["kind"]):
            with open(path, encoding="utf-8", errors="replace") as source:
                text = source.read()
            for found in _TEST.finditer(text):
                self.places.setdefault(found.group(1), []).append((path, text.count("\n", 0, found.start(1)) + 1))

    def _files(self, kind):
        if "test" in kind or "bench" in kind:
            return [self.source]
        return [os.path.join(folder, name) for folder, _, names in os.walk(os.path.dirname(self.source)) for name in sorted(names) if name.endswith(".rs")]

    def head(self, case):
        modules, _, name = case.rpartition("::")
        places = self.places.get(name, [(self.source, None)])
        parts = modules.split("::")
        path, line = next(((path, line) for path, line in places if os.path.splitext(os.path.basename(path))[0] in parts or os.path.basename(os.path.dirname(path)) in parts), places[0])
        path = ide_report.relative(path)
        return {"id": f"{path}::{case}", "name": case, "path": path, "line": line}


class Reader:
    """The text of a test program as it comes: `test NAME ... ` when a case begins, the rest of that line when it ends, the reasons at the end of all."""

    def __init__(self, head, known):
        self.head = head
        self.known = known
        self.line = b""
        self.running = None
        self.began = 0.0
        self.heard = []
        self.results = {}

    def feed(self, piece):
        for part in piece.splitlines(keepends=True):
            self.line += part
            if self.running is None:
                found = _CASE.match(self.line)
                if found and self.known(found.group(1).decode("utf-8", "replace")):
                    self.running, self.began = found.group(1).decode("utf-8", "replace"), time.monotonic()
                    ide_report.emit(event="start", **self.head(self.running))
            if part.endswith(b"\n"):
                self._end_line(self.line.decode("utf-8", "replace").rstrip("\n"))
                self.line = b""

    def _end_line(self, line):
        self.heard.append(line)
        if self.running is None:
            return
        said = line.rpartition(" ... ")[2] if line.startswith("test ") else line
        status = "passed" if said.endswith("ok") else "failed" if said.endswith("FAILED") else "skipped" if said.startswith("ignored") else None
        if status:
            message = said.partition(", ")[2] or None if status == "skipped" else None
            self.finish(self.running, status, message, [])
            self.running = None

    def finish(self, case, status, message, frames):
        duration = self.results[case][1] if case in self.results else round((time.monotonic() - self.began) * 1000, 3)
        self.results[case] = (status, duration)
        ide_report.emit(event="finish", **self.head(case), status=status, duration=duration, message=message, frames=frames)

    def end(self, code, folder):
        if self.running is not None:
            self.finish(self.running, "error", f"The test program ended with {code} while it ran.", [])
        reasons = re.split(r"^---- (.+?) stdout ----$", "\n".join(self.heard), flags=re.MULTILINE)
        for case, text in zip(reasons[1::2], reasons[2::2]):
            if self.results.get(case, ("",))[0] == "failed":
                self.finish(case, "failed", *explain(text.split("\nfailures:\n")[0], folder))


def explain(text, folder):
    """Message and frames, outermost first."""
    panic, newer = _PANIC.search(text), _NEWER_PANIC.search(text)
    message, place = (panic.group(1), panic.group(2, 3)) if panic else (newer.group(3), newer.group(1, 2)) if newer else (text.strip(), None)
    frames, function = [], None
    for line in text.split("\n"):
        called, at = _FUNCTION.match(line), _PLACE.match(line)
        if called:
            function = called.group(1)
        elif at and function and "{{closure}}" not in function and (at.group(1).startswith("./") or at.group(1).startswith(ide_report.ROOT + "/")):
            frames.insert(0, {"path": ide_report.relative(os.path.join(folder, at.group(1))), "line": int(at.group(2)), "function": function})
    if not frames and place and not place[0].startswith("/"):
        frames = [{"path": ide_report.relative(os.path.join(folder, place[0])), "line": int(place[1]), "function": None}]
    return message.strip()[:4000] or None, frames[:200]


def build():
    """The test programs; None when something could not be built. Each file with an error is a case in error."""
    building = subprocess.Popen(["cargo", "test", "--no-run", "--message-format=json"], stdout=subprocess.PIPE, text=True, errors="replace")
    targets, broken, libraries = [], {}, False
    for line in building.stdout:
        try:
            said = json.loads(line)
        except ValueError:
            sys.stdout.write(line)
            continue
        if said.get("reason") == "compiler-artifact" and said["profile"]["test"] and said.get("executable"):
            targets.append(Target(said))
        elif said.get("reason") == "compiler-artifact" and "lib" in said["target"]["kind"] and said["target"].get("doctest"):
            libraries = libraries or said["target"]["src_path"].startswith(ide_report.ROOT + "/")
        elif said.get("reason") == "compiler-message":
            sys.stderr.write(said["message"].get("rendered") or "")
            span = next((span for span in said["message"]["spans"] if span["is_primary"]), None)
            if said["message"]["level"] == "error" and span:
                broken.setdefault(ide_report.relative(os.path.join(ide_report.ROOT, span["file_name"])), (span["line_start"], said["message"]["message"]))
    code = building.wait()
    for path, (line, message) in broken.items():
        ide_report.emit(
            event="finish", id=path, name=path, path=path, line=line, status="error", duration=0, message=message[:4000],
            frames=[{"path": path, "line": line, "function": None}])
    return (targets, libraries) if code == 0 else (None, False)


def run(command, folder, reader):
    program = subprocess.Popen(command, cwd=folder, env={**os.environ, "CARGO_MANIFEST_DIR": folder}, stdout=subprocess.PIPE)
    while piece := os.read(program.stdout.fileno(), 65536):
        sys.stdout.buffer.write(piece)
        sys.stdout.flush()
        reader.feed(piece)
    code = program.wait()
    reader.end(code, folder)
    return code


def run_target(target, wanted):
    listed = subprocess.run([target.program, "--list", "--format", "terse"], cwd=target.folder, capture_output=True, text=True, errors="replace", check=False)
    cases = [line[:-len(": test")] for line in listed.stdout.splitlines() if line.endswith(": test")]
    if listed.returncode != 0 and not wanted:
        # A program with a harness of its own is one case.
        path = ide_report.relative(target.source)
        ide_report.emit(event="start", id=path, name=path, path=path, line=None)
        began = time.monotonic()
        code = subprocess.run([target.program], cwd=target.folder, check=False).returncode
        ide_report.emit(
            event="finish", id=path, name=path, path=path, line=None, status="failed" if code else "passed", duration=round((time.monotonic() - began) * 1000, 3),
            message=f"It ended with {code}." if code else None, frames=[])
        return code
    chosen = [case for case in cases if not wanted or target.head(case)["id"] in wanted]
    if not chosen:
        return 0
    for start in range(0, len(chosen), 200):
        ide_report.emit(event="collected", cases=[target.head(case) for case in chosen[start:start + 200]])
    known = set(chosen)
    return run([target.program, "--test-threads=1", *(["--exact", *chosen] if wanted else [])], target.folder, Reader(target.head, known.__contains__))


def example_head(case):
    found = _EXAMPLE.match(case)
    return {"id": f"{found.group(1)}::{found.group(2) or 'example'} (line {found.group(3)})", "name": found.group(2) or "example", "path": found.group(1), "line": int(found.group(3))}


def main():
    wanted = set(sys.argv[1:])
    if ide_report.COMPILED:
        os.environ["CARGO_TARGET_DIR"] = os.path.join(ide_report.COMPILED, "cargo")
    ide_report.emit(event="session", framework="cargo test")
    targets, libraries = build()
    if targets is None:
        ide_report.emit(event="end", exit=101)
        return 101
    codes = [run_target(target, wanted) for target in targets]
    if libraries and not wanted:
        codes.append(run(["cargo", "test", "--doc", "--quiet", "--", "--test-threads=1", "--format=pretty"], ide_report.ROOT, Reader(example_head, lambda case: bool(_EXAMPLE.match(case)))))
    code = next((code for code in codes if code), 0)
    ide_report.emit(event="end", exit=code)
    return code if code >= 0 else 128 - code


sys.exit(main())
