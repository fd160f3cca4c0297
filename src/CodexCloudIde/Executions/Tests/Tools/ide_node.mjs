// A reporter of Node's own test runner: says what is running and how each case ended, as it happens.
import { readFileSync } from "node:fs";
import { emit, framesOf, isWanted, longestMessage, prefix, relative } from "./ide_report.mjs";

/** A case that takes longer is shown as running. Long enough to tell a suite, whose parts begin at once, from a case. */
const slow = 100;

function messageOf(error) {
  const cause = error?.cause instanceof Error || error?.cause?.message ? error.cause : error;
  const text = typeof cause === "object" ? `${cause.name ?? "Error"}: ${cause.message}` : String(cause);
  return text.trim().replace(/:\s*\n+/, ": ").slice(0, longestMessage);
}

/** What a file that could not be run printed: its error, and where. */
function complaintOf(printed) {
  const lines = printed.split("\n");
  const at = lines.findIndex((line) => /^(?:Uncaught )?\w*Error\b.*:/.test(line));
  return { message: at < 0 ? "The file could not be run." : lines[at].slice(0, longestMessage), frames: framesOf(printed) };
}

class Cases {
  #files = new Map();
  #seen = new Map();
  #printed = new Map();

  #of(file) {
    let known = this.#files.get(file);
    if (!known) {
      this.#files.set(file, (known = { names: [], open: new Map() }));
    }
    return known;
  }

  /** Named by its file, the suites around it and itself; of two with one name the later one also by its line. */
  #idOf(data) {
    const path = relative(data.file);
    if (data.name === data.file) {
      return path;
    }
    const names = [...this.#of(data.file).names.slice(0, data.nesting), data.name].join(" > ");
    const place = `${data.line}:${data.column}`;
    const first = this.#seen.get(`${path}::${names}`) ?? place;
    this.#seen.set(`${path}::${names}`, first);
    return first === place ? `${path}::${names}` : `${path}::${names} (line ${data.line})`;
  }

  begins(data) {
    if (data.name === data.file) {
      return;
    }
    const file = this.#of(data.file);
    // What has parts is no case itself.
    const above = file.open.get(data.nesting - 1);
    clearTimeout(above?.timer);
    if (above) {
      above.hasParts = true;
    }
    file.names.length = data.nesting;
    const id = this.#idOf(data);
    file.names[data.nesting] = data.name;
    const open = { id, hasParts: false, isShown: false };
    open.timer = setTimeout(() => {
      open.isShown = true;
      if (isWanted(id)) {
        emit({ event: "start", ...head(id, data) });
      }
    }, slow);
    file.open.set(data.nesting, open);
  }

  ends(data, passed) {
    const file = this.#of(data.file);
    const id = this.#idOf(data);
    const open = file.open.get(data.nesting);
    const mine = open?.id === id ? open : null;
    clearTimeout(mine?.timer);
    const error = data.details?.error;
    const ofParts = data.details?.type === "suite" || mine?.hasParts;
    const byParts = error?.failureType === "subtestsFailed" || error?.failureType === "cancelledByParent";
    if (!isWanted(id) || String(data.skip ?? "").startsWith("test name does not match") || (ofParts && !mine?.isShown && (passed || byParts))) {
      return;
    }
    if (data.name === data.file) {
      // The file itself: told only when it failed without any case of its own to blame.
      if (!passed && !byParts) {
        emit({ event: "finish", ...head(id, { ...data, line: null }), status: "error", duration: data.details.duration_ms, ...complaintOf(this.#printed.get(data.file) ?? "") });
      }
      return;
    }
    const idle = data.skip !== undefined || data.todo !== undefined;
    emit({
      event: "finish", ...head(id, data), status: idle ? "skipped" : passed ? "passed" : "failed", duration: data.details?.duration_ms ?? 0,
      message: idle ? reasonOf(data) : passed ? null : messageOf(error), frames: idle || passed ? [] : framesOf(error?.cause?.stack ?? error?.stack),
    });
  }

  printed({ file, message }) {
    this.#printed.set(file, ((this.#printed.get(file) ?? "") + message).slice(-64 * 1024));
  }
}

const head = (id, data) => ({ id, name: data.name === data.file ? id : id.slice(id.indexOf("::") + 2), path: relative(data.file), line: data.line ?? null });
const reasonOf = ({ skip, todo }) => (typeof skip === "string" && skip ? skip : typeof todo === "string" && todo ? todo : todo !== undefined ? "Still to be done." : null);

function cover(summary) {
  for (const file of summary.files) {
    if (!file.path.startsWith(prefix) || file.path.includes("/node_modules/") || !file.lines) {
      continue;
    }
    let text = [];
    try {
      text = readFileSync(file.path, "utf8").split("\n");
    } catch {
      // Made and removed by a test.
    }
    // The engine counts every line; those that hold no code say nothing.
    const lines = file.lines.filter(({ line }) => !/^\s*(?:\/\/.*|\/\*.*|\*.*|[{}()[\];,]*)\s*$/.test(text[line - 1] ?? ""));
    const path = relative(file.path);
    emit({ event: "file", path, lines: lines.map(({ line }) => line) });
    emit({ event: "coverage", id: null, files: { [path]: lines.filter(({ count }) => count > 0).map(({ line }) => line) } });
  }
}

export default async function* (events) {
  const cases = new Cases();
  let isLive = false;
  emit({ event: "session", framework: "node:test", version: process.version });
  for await (const { type, data } of events) {
    switch (type) {
      case "test:dequeue":
        isLive = true;
        cases.begins(data);
        break;
      case "test:start":
        if (!isLive) {
          cases.begins(data);
        }
        break;
      case "test:complete":
        cases.ends(data, data.details.passed);
        break;
      case "test:pass": case "test:fail":
        if (!isLive) {
          cases.ends(data, type === "test:pass");
        }
        break;
      case "test:stderr":
        cases.printed(data);
        break;
      case "test:coverage":
        cover(data.summary);
        break;
    }
  }
  emit({ event: "end" });
}
