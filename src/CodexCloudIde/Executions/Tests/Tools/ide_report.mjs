// The report of the JavaScript runners: a line of JSON for each thing that happens.
import { appendFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const report = process.env.IDE_REPORT ?? "/ide/report/events";
export const prefix = `${process.env.IDE_ROOT ?? "/workspace"}/`;
const wanted = process.env.IDE_FILTER ? new Set(JSON.parse(process.env.IDE_FILTER)) : null;
export const longestMessage = 4000;
const mostFrames = 200;

export function emit(event) {
  try {
    appendFileSync(report, `${JSON.stringify(event)}\n`);
  } catch {
    // The report is full or gone: the tests go on.
  }
}

export const isWanted = (id) => wanted === null || wanted.has(id) || wanted.has(id.split("::")[0]);

export const relative = (path) => (path?.startsWith("file://") ? fileURLToPath(path) : path ?? "").replace(prefix, "");

const plain = (text) => String(text ?? "").replace(/\u001b\[[0-9;]*m/g, "");

/** Outermost first, without Node's own and without dependencies. */
export function framesOf(stack) {
  const frames = [];
  for (const line of plain(stack).split("\n")) {
    const found = /^\s+at (?:(?:async )?(.+?) \()?((?:file:\/\/)?\/[^():]+):(\d+):\d+\)?$/.exec(line);
    if (found && !found[2].includes("/node_modules/") && !found[2].includes("/ide/tools/") && frames.length < mostFrames) {
      frames.unshift({ path: relative(found[2]), line: Number(found[3]), function: found[1] ?? null });
    }
  }
  return frames;
}

/** What is said before the stack begins. */
export function messageOf(stack) {
  const text = plain(stack);
  const end = text.search(/\n\s+at /);
  return (end < 0 ? text : text.slice(0, end)).trim().slice(0, longestMessage);
}

/** Istanbul's counts, by the lines on which statements begin. */
export function cover(files) {
  for (const [path, { statementMap, s }] of Object.entries(files)) {
    if (!path.startsWith(prefix) || path.includes("/node_modules/")) {
      continue;
    }
    const lines = new Map();
    for (const [id, { start }] of Object.entries(statementMap)) {
      lines.set(start.line, lines.get(start.line) || s[id] > 0);
    }
    emit({ event: "file", path: relative(path), lines: [...lines.keys()] });
    emit({ event: "coverage", id: null, files: { [relative(path)]: [...lines].filter(([, ran]) => ran).map(([line]) => line) } });
  }
}

/** Cases are named by their file, the suites around them and themselves; of several with one name the later ones also by their line, or by their number should that be one too. */
export class Names {
  #places = new Map();

  of(path, names, line) {
    const id = `${relative(path)}::${names.join(" > ")}`;
    const places = this.#places.get(id) ?? [];
    this.#places.set(id, places);
    const before = places.filter((place) => place === line).length;
    places.push(line);
    return places.length === 1 ? id : before > 0 || !line ? `${id} (${places.length})` : `${id} (line ${line})`;
  }

  /** The id that the next case of these names would have, should it be the first. */
  next(path, names) {
    const id = `${relative(path)}::${names.join(" > ")}`;
    return this.#places.has(id) ? null : id;
  }
}

export const head = (id, path, line) => ({ id, name: id.slice(id.indexOf("::") + 2), path: relative(path), line: line ?? null });
