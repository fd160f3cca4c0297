"""Runs `go test` and says from its JSON stream what is running and how each case ended, as it happens. What the tests print goes on to standard output.

Arguments: ids of cases, `file::Test/part`; none is all. Coverage by line comes from Go's own profile.
"""
import json
import os
import re
import subprocess
import sys
import tempfile
import threading

import ide_report

_LONGEST_OUTPUT = 64 * 1024
_FUNCTION = re.compile(r"^func (?:\([^)]*\) )?(Test\w*|Example\w*|Fuzz\w*)\(", re.MULTILINE)
_PLACE = re.compile(r"^\s+(\S+\.go):(\d+): ?(.*)$")
_STACK = re.compile(r"^\t(/\S+\.go):(\d+)")
_CALL = re.compile(r"^(\S+)\(.*\)$")
_EMPTY = re.compile(r"^\s*(?://.*|[{}()\[\],]*)\s*$")
_BROKEN = re.compile(r"^(?:vet: )?(\S+\.go):(\d+)(?::\d+)?: (.*)$")


class Package:
    """One package: where its tests stand in its files."""

    def __init__(self, folder):
        self.folder = folder
        self.places = {}
        self.has_failed = False
        for name in sorted(os.listdir(folder)):
            if name.endswith("_test.go"):
                path = os.path.join(folder, name)
                with open(path, encoding="utf-8", errors="replace") as source:
                    text = source.read()
                for found in _FUNCTION.finditer(text):
                    self.places[found.group(1)] = (ide_report.relative(path), text.count("\n", 0, found.start()) + 1)

    def place_of(self, test):
        return self.places.get(test.split("/")[0], (ide_report.relative(self.folder), None))


class Run:
    def __init__(self, packages, wanted):
        self.packages = packages
        self.wanted = wanted
        self.printed = {}
        self.begun = {}
        self.parents = set()

    def take(self, event):
        package = self.packages.get(event.get("Package"))
        if package is None:
            return
        test, action = event.get("Test"), event.get("Action")
        key = (event["Package"], test)
        if action == "output":
            self.printed[key] = (self.printed.get(key, "") + event["Output"])[-_LONGEST_OUTPUT:]
            sys.stdout.write(event["Output"])
            sys.stdout.flush()
        elif test is None:
            if action == "fail":
                self.fail_package(event["Package"], package)
        elif action == "run":
            if "/" in test:
                self.parents.add((event["Package"], test.rsplit("/", 1)[0]))
            self.begun[key] = True
            if self.is_wanted(package, test):
                ide_report.emit(event="start", **self.head(package, test))
        elif action in ("pass", "fail", "skip"):
            self.begun.pop(key, None)
            self.finish(package, key, {"pass": "passed", "fail": "failed", "skip": "skipped"}[action], event.get("Elapsed", 0))

    def finish(self, package, key, status, seconds):
        test = key[1]
        package.has_failed = package.has_failed or status in ("failed", "error")
        printed = self.printed.pop(key, "")
        message, frames = (None, []) if status == "passed" else explain(printed, package.folder)
        if status == "failed" and key in self.parents and not frames:
            message = message or "A part of it failed."
        if self.is_wanted(package, test):
            ide_report.emit(event="finish", **self.head(package, test), status=status, duration=round(seconds * 1000, 3), message=message, frames=frames)

    def fail_package(self, name, package):
        """A package that ended in the middle of a case, or fails by none of them."""
        printed = self.printed.pop((name, None), "")
        for key in [key for key in self.begun if key[0] == name]:
            del self.begun[key]
            self.printed[key] = self.printed.get(key, "") + printed
            self.finish(package, key, "error", 0)
        if not package.has_failed and not any(sign in printed for sign in ("[build failed]", "[setup failed]")):
            path = ide_report.relative(package.folder)
            message, frames = explain(printed, package.folder)
            ide_report.emit(
                event="finish", id=path, name=path, path=path, line=None, status="error", duration=0,
                message=message or printed.strip()[-4000:] or "The package failed.", frames=frames)

    def is_wanted(self, package, test):
        head = f"{package.place_of(test)[0]}::{test}"
        return not self.wanted or any(head == one or head.startswith(one + "/") or one.startswith(head + "/") for one in self.wanted)

    def head(self, package, test):
        path, line = package.place_of(test)
        return {"id": f"{path}::{test}", "name": test, "path": path, "line": line}


def explain(printed, folder):
    """Message and frames, outermost first, of what a case printed."""
    lines = printed.split("\n")
    panic = next((index for index, line in enumerate(lines) if line.startswith("panic: ")), None)
    if panic is not None:
        frames, function = [], None
        for line in lines[panic:]:
            place, call = _STACK.match(line), _CALL.match(line)
            if place and place.group(1).startswith(ide_report.ROOT + "/"):
                frames.insert(0, {"path": ide_report.relative(place.group(1)), "line": int(place.group(2)), "function": function})
            elif call:
                function = call.group(1).rsplit("/", 1)[-1]
        return lines[panic].split(" [recovered]")[0], frames
    messages, frames = [], []
    for line in lines:
        place = _PLACE.match(line)
        if place:
            frames.append({"path": ide_report.relative(os.path.join(folder, place.group(1))), "line": int(place.group(2)), "function": None})
            messages.append(place.group(3))
        elif messages and line.startswith("        "):
            messages.append(line.strip())
    return ("\n".join(messages)[:4000] or None), frames[:200]


def packages():
    listed = subprocess.run(["go", "list", "-e", "-f", "{{.ImportPath}}\t{{.Dir}}", "./..."], capture_output=True, text=True, check=False)
    sys.stderr.write(listed.stderr)
    pairs = [line.split("\t") for line in listed.stdout.splitlines() if "\t" in line]
    return {name: Package(folder) for name, folder in pairs if os.path.isdir(folder)}


def command(known, wanted, profile):
    arguments = ["go", "test", "-json"]
    if profile:
        arguments += [f"-coverprofile={profile}", "-coverpkg=./..."]
    if not wanted:
        return arguments + ["./..."]
    folders = {os.path.join(ide_report.ROOT, one.split("::")[0]) for one in wanted}
    folders = {path if os.path.isdir(path) else os.path.dirname(path) for path in folders}
    tests = sorted({one.split("::", 1)[1].split("/")[0] for one in wanted if "::" in one})
    if tests:
        arguments += ["-run", "^(" + "|".join(map(re.escape, tests)) + ")$"]
    return arguments + sorted(name for name, package in known.items() if package.folder in folders)


def cover(profile, known):
    folders = {name: package.folder for name, package in known.items()}
    files = {}
    with open(profile, encoding="utf-8") as source:
        for line in source:
            found = re.match(r"^(.+)/([^/]+\.go):(\d+)\.\d+,(\d+)\.\d+ \d+ (\d+)$", line)
            if found and found.group(1) in folders:
                counts = files.setdefault(os.path.join(folders[found.group(1)], found.group(2)), {})
                for number in range(int(found.group(3)), int(found.group(4)) + 1):
                    counts[number] = max(counts.get(number, 0), int(found.group(5)))
    for path, counts in files.items():
        with open(path, encoding="utf-8", errors="replace") as source:
            text = source.read().split("\n")
        # A block reaches over lines that hold no code.
        counts = {number: count for number, count in counts.items() if number <= len(text) and not _EMPTY.match(text[number - 1])}
        path = ide_report.relative(path)
        ide_report.emit(event="file", path=path, lines=sorted(counts))
        ide_report.emit(event="coverage", id=None, files={path: sorted(number for number, count in counts.items() if count)})


def main():
    wanted = sys.argv[1:]
    ide_report.emit(event="session", framework="go test")
    known = packages()
    run = Run(known, wanted)
    profile = os.path.join(tempfile.gettempdir(), "ide-cover") if ide_report.COVERAGE else ""
    tests = subprocess.Popen(command(known, wanted, profile), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace")
    complaints = []

    def listen():
        for line in tests.stderr:
            complaints.append(line)
            sys.stderr.write(line)

    listening = threading.Thread(target=listen)
    listening.start()
    for line in tests.stdout:
        try:
            run.take(json.loads(line))
        except (ValueError, KeyError, TypeError):
            sys.stdout.write(line)
    code = tests.wait()
    listening.join()
    tell_broken(complaints)
    if profile and os.path.exists(profile):
        cover(profile, known)
    ide_report.emit(event="end", exit=code)
    return code


def tell_broken(complaints):
    """Packages that could not be built: each with the compiler's first word about it."""
    told = set()
    for line in complaints:
        found = _BROKEN.match(line)
        if found:
            path = ide_report.relative(os.path.join(ide_report.ROOT, found.group(1)))
            if os.path.dirname(path) not in told:
                told.add(os.path.dirname(path))
                ide_report.emit(
                    event="finish", id=path, name=path, path=path, line=int(found.group(2)), status="error", duration=0, message=found.group(3)[:4000],
                    frames=[{"path": path, "line": int(found.group(2)), "function": None}])


sys.exit(main())
