"""Builds and tests each test project below the root: by `dotnet test`, where the logger beside this file reports each case as it begins and ends,
or, where the project is a test program of xUnit 3, by that program, whose own reporter speaks JSON.

Arguments: ids of cases, `file::Namespace.Class.Method(arguments)`; none is all. What could not be built is a case in error, by its file.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml

import ide_report

_TOOLS = os.path.dirname(os.path.abspath(__file__))
_SKIPPED = {"bin", "obj", "node_modules", ".git", "packages"}
_ERROR = re.compile(r"^\s*(?P<path>[^\s:(][^:(]*?)(?:\((?P<line>\d+)[^)]*\))?\s*: (?:\w+ )?error (?P<code>\w+): (?P<message>.+?)(?: \[(?P<project>[^\]]+)\])?$")
_SETTINGS = re.compile(r"<RunSettingsFilePath>(.*?)</RunSettingsFilePath>")
_SPECIAL = re.compile(r"[\\()&|=!~]")
_FRAME = re.compile(r"^\s*at (.+?) in (/.+):line (\d+)\s*$")
_BUILD = ["--nologo", "-m:1", "-nodeReuse:false", "-tl:off", "-v:minimal", "-p:UseSharedCompilation=false"]


def projects():
    """Test projects, by what they refer to."""
    for folder, folders, names in os.walk(ide_report.ROOT):
        folders[:] = sorted(name for name in folders if name not in _SKIPPED)
        for name in sorted(names):
            if name.endswith((".csproj", ".fsproj", ".vbproj")):
                path = os.path.join(folder, name)
                with open(path, encoding="utf-8-sig", errors="replace") as source:
                    text = source.read()
                if "Microsoft.NET.Test.Sdk" in text or "MSTest.Sdk" in text or "xunit.v3" in text:
                    yield path, text


def settings(project, text, target):
    """The project's own run settings with the reporter added; written to `target`."""
    root = xml.Element("RunSettings")
    own = _SETTINGS.search(text)
    if own:
        path = re.sub(r"\$\((MSBuildProjectDirectory|MSBuildThisFileDirectory)\)", os.path.dirname(project) + "/", own.group(1)).replace("\\", "/")
        path = os.path.join(os.path.dirname(project), path.replace("$(SolutionDir)", ide_report.ROOT + "/"))
        if os.path.isfile(path):
            root = xml.parse(path).getroot()
    run = root.find("RunConfiguration")
    run = run if run is not None else xml.SubElement(root, "RunConfiguration")
    for name, value in (("CollectSourceInformation", "true"), ("BatchSize", "1")):
        for element in run.findall(name):
            run.remove(element)
        xml.SubElement(run, name).text = value
    inside = root.find("InProcDataCollectionRunSettings/InProcDataCollectors")
    if inside is None:
        inside = xml.SubElement(xml.SubElement(root, "InProcDataCollectionRunSettings"), "InProcDataCollectors")
    xml.SubElement(inside, "InProcDataCollector", {
        "friendlyName": "ide",
        "uri": "datacollector://codex-cloud-ide/beginning/v1",
        "assemblyQualifiedName": "CodexCloudIde.TestLogger.BeginningReporter, CodexCloudIde.TestLogger, Version=1.0.0.0, Culture=neutral, PublicKeyToken=null",
        "codebase": os.path.join(_TOOLS, "CodexCloudIde.TestLogger.dll"),
    })
    xml.ElementTree(root).write(target, encoding="utf-8", xml_declaration=True)


def methods_of(wanted):
    """The arguments of a case are no part of what every runner can filter by: the reporter leaves out what was not asked for."""
    return [method for method in dict.fromkeys(identity.partition("::")[2].partition("(")[0].partition(' "')[0] for identity in wanted) if method]


def filter_of(wanted):
    return "|".join(f"FullyQualifiedName~{_SPECIAL.sub(lambda found: chr(92) + found.group(), method)}" for method in methods_of(wanted))


def coverage(folder):
    """Lines by Cobertura's XML, which any collector can write."""
    for path, _, names in os.walk(folder):
        for name in names:
            if name.endswith(".cobertura.xml"):
                tree = xml.parse(os.path.join(path, name)).getroot()
                sources = [source.text or "" for source in tree.iter("source")]
                lines = {}
                for part in tree.iter("class"):
                    file = next((found for found in (os.path.join(source, part.get("filename", "")) for source in [*sources, ""]) if os.path.isfile(found)), None)
                    if file and os.path.abspath(file).startswith(ide_report.ROOT + "/"):
                        seen = lines.setdefault(ide_report.relative(file), {})
                        for line in part.iter("line"):
                            number = int(line.get("number", "0"))
                            seen[number] = seen.get(number, False) or int(line.get("hits", "0")) > 0
                for file, seen in lines.items():
                    ide_report.emit(event="file", path=file, lines=sorted(seen))
                    ide_report.emit(event="coverage", id=None, files={file: sorted(number for number, hit in seen.items() if hit)})


def short(name, path):
    """What people read: without the namespace, and without the class where the file is called like it."""
    end = min((at for at in (name.find("("), name.find('"')) if at >= 0), default=len(name))
    types, _, method = name[:end].rpartition(".")
    kind = re.split(r"[.+]", types)[-1]
    return (method if not kind or kind == os.path.splitext(os.path.basename(path))[0] else f"{kind}.{method}") + name[end:]


class Program:
    """What a test program of xUnit 3 says with `-reporter json`; people get a line for each case that ended."""

    def __init__(self, wanted):
        self.wanted = set(wanted)
        self.names = {}
        self.places = {}
        self.heads = {}

    def read(self, line):
        try:
            said = json.loads(line)
            kind = said["$type"]
        except (ValueError, KeyError, TypeError):
            sys.stdout.write(line)
            return
        if kind == "test-class-starting":
            self.names[said["TestClassUniqueID"]] = said["TestClassName"]
        elif kind == "test-method-starting":
            self.names[said["TestMethodUniqueID"]] = f"{self.names.get(said.get('TestClassUniqueID'), '')}.{said['MethodName']}"
        elif kind == "test-case-starting":
            self.places[said["TestCaseUniqueID"]] = (said.get("SourceFilePath"), said.get("SourceLineNumber"))
        elif kind == "test-starting":
            head = self.heads[said["TestUniqueID"]] = self._head(said)
            if self._is_wanted(head):
                ide_report.emit(event="start", **head)
        elif kind in ("test-passed", "test-failed", "test-skipped", "test-not-run") and said["TestUniqueID"] in self.heads:
            self._end(kind, said, self.heads.pop(said["TestUniqueID"]))
        elif kind == "error" or kind.endswith("cleanup-failure"):
            sys.stdout.write("\n".join(said.get("Messages") or []) + "\n")

    def _is_wanted(self, head):
        return not self.wanted or head["id"] in self.wanted

    def _head(self, said):
        path, line = self.places.get(said["TestCaseUniqueID"], (None, None))
        path = ide_report.relative(path) if path else ""
        method, display = self.names.get(said.get("TestMethodUniqueID"), ""), said["TestDisplayName"]
        name = display if display.startswith(method) else f'{method} "{display}"'
        return {"id": f"{path}::{name}", "name": short(name, path), "path": path, "line": line}

    def _end(self, kind, said, head):
        if not self._is_wanted(head) or kind == "test-not-run":
            return
        status = {"test-passed": "passed", "test-skipped": "skipped"}.get(kind, "failed")
        message, frames = said.get("Reason"), []
        if status == "failed":
            types, messages = said.get("ExceptionTypes") or [""], said.get("Messages") or [""]
            message = messages[0] if said.get("Cause") == "Assertion" else f"{types[0]} : {messages[0]}"
            frames = [found.groups() for found in map(_FRAME.match, "\n".join(stack or "" for stack in (said.get("StackTraces") or [])[:1]).split("\n")) if found][:200]
        print(f"{status} {head['name']}" + (f": {message}" if message else ""), flush=True)
        ide_report.emit(
            event="finish", **head, status=status, duration=round(said.get("ExecutionTime", 0) * 1000, 3), message=message and message.strip()[:8000],
            frames=[{"path": ide_report.relative(path), "line": int(line), "function": function} for function, path, line in reversed(frames)])


def run_program(project, wanted):
    """Of xUnit 3: built to be started by itself, whatever else the project would have it started by."""
    code = build(["dotnet", "build", project, *_BUILD, "-p:UseMicrosoftTestingPlatformRunner=false"], project)
    if code:
        return code
    target = subprocess.run(["dotnet", "msbuild", project, "-getProperty:TargetPath"], capture_output=True, text=True, check=False).stdout.strip()
    command = ["dotnet", "exec", target, "-reporter", "json", "-noLogo", "-noColor"]
    for method in methods_of(wanted):
        command += ["-method", method]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, errors="replace", cwd=os.path.dirname(target))
    reader = Program(wanted)
    for line in running.stdout:
        reader.read(line)
    return running.wait()


def build(command, project):
    """Exit code; what could not be built is a case in error."""
    building = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, errors="replace", cwd=os.path.dirname(project))
    broken = {}
    for line in building.stdout:
        sys.stdout.write(line)
        sys.stdout.flush()
        found = _ERROR.match(line.rstrip("\n"))
        if found:
            path, number = os.path.join(os.path.dirname(project), found.group("path")), int(found.group("line") or 0) or None
            if not path.startswith(ide_report.ROOT + "/") or not (number or path.endswith("proj")):
                # The compiler's or the SDK's own file: it is the project that they cannot build.
                path, number = (found.group("project") or project).partition("::")[0], None
            broken.setdefault(ide_report.relative(path), (number, f"{found.group('code')}: {found.group('message')}"))
    code = building.wait()
    for path, (line, message) in broken.items():
        ide_report.emit(
            event="finish", id=path, name=path, path=path, line=line, status="error", duration=0, message=message[:4000],
            frames=[{"path": path, "line": line, "function": None}] if line else [])
    return code


def run(project, text, wanted):
    """Exit code of one project; its build's errors are cases."""
    if "xunit.v3" in text:
        return run_program(project, wanted)
    folder = tempfile.mkdtemp(prefix="ide-dotnet-")
    try:
        chosen = os.path.join(folder, "ide.runsettings")
        settings(project, text, chosen)
        command = [
            "dotnet", "test", project, *_BUILD, "--settings", chosen, "--logger", "ide", "--test-adapter-path", _TOOLS, "--results-directory", os.path.join(folder, "results"),
        ]
        if wanted:
            with open(os.path.join(folder, "wanted"), "w", encoding="utf-8", newline="") as cases:
                cases.write("\0".join(wanted))
            os.environ["IDE_CASES"] = cases.name
            command += ["--filter", filter_of(wanted)]
        if ide_report.COVERAGE and "coverlet.collector" in text:
            command += ["--collect", "XPlat Code Coverage"]
        code = build(command, project)
        coverage(os.path.join(folder, "results"))
        return code
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main():
    wanted = sys.argv[1:]
    ide_report.emit(event="session", framework="dotnet test")
    codes = [run(project, text, wanted) for project, text in projects()]
    code = next((code for code in codes if code), 0)
    ide_report.emit(event="end", exit=code)
    return code if code >= 0 else 128 - code


sys.exit(main())
