// Runs jest or vitest as the project has it installed:  node ide_js.mjs jest|vitest [--coverage]
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { emit } from "./ide_report.mjs";
import { reporting } from "./ide_preload.cjs";

const [runner, ...options] = process.argv.slice(2);
const require = createRequire(join(process.cwd(), "package.json"));
const resolved = (name) => {
  try {
    return require.resolve(name);
  } catch {
    return null;
  }
};

/** Of the whole name, in which the suites stand before the case. A sign of a suite may also be part of a name. */
function patternOf(names) {
  const plain = names.replace(/ \((?:line )?\d+\)$/, "");
  return [...new Set([names, plain])].map((name) => name.split(" > ").map((part) => part.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")).join("(?: > | )")).join("|");
}

const description = resolved(`${runner}/package.json`);
if (!description) {
  const message = `${runner} is not installed in this workspace: run npm ci (or npm install) in a terminal.`;
  emit({ event: "session", framework: runner, version: process.version });
  emit({ event: "finish", id: "package.json", name: "package.json", path: "package.json", line: null, status: "error", duration: 0, message, frames: [] });
  emit({ event: "end" });
  console.error(message);
  process.exit(1);
}

const { bin } = JSON.parse(readFileSync(description, "utf8"));
const program = join(dirname(description), typeof bin === "string" ? bin : bin[runner]);
const cases = (process.env.IDE_FILTER ? JSON.parse(process.env.IDE_FILTER) : []).map((id) => id.split("::", 2).length === 2 ? [id.slice(0, id.indexOf("::")), id.slice(id.indexOf("::") + 2)] : [id, null]);
const patterns = cases.every(([, names]) => names !== null) ? cases.map(([, names]) => patternOf(names)) : [];
const only = patterns.length > 0 ? [`--testNamePattern=^(?:${patterns.join("|")})$`] : [];
const files = [...new Set(cases.map(([path]) => path))];
const coverage = options.includes("--coverage");

const asked = runner === "jest"
  ? ["--ci", ...(coverage ? ["--coverage", "--coverageProvider=babel", "--coverageReporters=none", "--coverageDirectory=/tmp/ide-coverage"] : []), ...only, ...(files.length > 0 ? ["--runTestsByPath", ...files] : [])]
  : ["run", ...(coverage && (resolved("@vitest/coverage-v8") || resolved("@vitest/coverage-istanbul")) ? ["--coverage.enabled=true", "--coverage.reporter=json", "--coverage.reportsDirectory=/tmp/ide-coverage"] : []), ...only, ...files];

process.argv = [process.execPath, program, ...reporting(program, asked), ...asked];
await import(pathToFileURL(program));
