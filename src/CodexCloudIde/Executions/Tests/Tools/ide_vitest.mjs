// A reporter of vitest: says what is running and how each case ended, as it happens.
import { cover, emit, framesOf, head, isWanted, longestMessage, messageOf, Names, relative } from "./ide_report.mjs";

const names = ({ parent, name, type }) => (type === "module" || !parent ? [] : [...names(parent), name]);

const saidBy = (error) => ({
  message: `${error.name && !String(error.message).startsWith(error.name) ? `${error.name}: ` : ""}${messageOf(error.message)}`.slice(0, longestMessage),
  // Already mapped to the sources, innermost first.
  frames: error.stacks?.length ? error.stacks.map(({ file, line, method }) => ({ path: relative(file), line, function: method || null })).filter(({ path }) => !path.includes("node_modules/")).reverse() : framesOf(error.stack),
});

export default class {
  #names = new Names();
  #ids = new Map();

  onInit({ version }) {
    emit({ event: "session", framework: "vitest", version });
  }

  /** All cases of a file, before the first of them runs: one that never gives its processor back keeps also the results before it to itself. */
  onTestModuleCollected(module) {
    const cases = [...module.children.allTests()].map((test) => head(this.#idOf(test), module.moduleId, test.location?.line)).filter(({ id }) => isWanted(id));
    for (let i = 0; i < cases.length; i += 200) {
      emit({ event: "collected", cases: cases.slice(i, i + 200) });
    }
  }

  onTestCaseReady(test) {
    if (test.options.mode === "run" || test.options.mode === "only") {
      const id = this.#idOf(test);
      if (isWanted(id)) {
        emit({ event: "start", ...head(id, test.module.moduleId, test.location?.line) });
      }
    }
  }

  onTestCaseResult(test) {
    const id = this.#idOf(test);
    if (!isWanted(id)) {
      return;
    }
    const { state, errors, note } = test.result();
    const idle = state !== "passed" && state !== "failed";
    emit({
      event: "finish", ...head(id, test.module.moduleId, test.location?.line), status: idle ? "skipped" : state, duration: test.diagnostic()?.duration ?? 0, message: null, frames: [],
      ...(state === "failed" && errors[0] ? saidBy(errors[0]) : idle ? { message: note ?? (test.options.mode === "todo" ? "Still to be done." : null) } : {}),
    });
  }

  /** What surrounds the cases and belongs to none of them. */
  onTestSuiteResult(suite) {
    for (const error of suite.errors().slice(0, 1)) {
      const id = this.#names.of(suite.module.moduleId, names(suite), suite.location?.line);
      emit({ event: "finish", ...head(id, suite.module.moduleId, suite.location?.line), status: "error", duration: 0, ...saidBy(error) });
    }
  }

  onTestModuleEnd(module) {
    for (const error of module.errors().slice(0, 1)) {
      this.#broken(relative(module.moduleId), error);
    }
  }

  onCoverage(map) {
    cover(map.toJSON?.() ?? map);
  }

  /** Errors that nobody caught, and the end. */
  onTestRunEnd(modules, errors) {
    for (const error of errors.slice(0, 20)) {
      this.#broken(saidBy(error).frames[0]?.path ?? "vitest", error);
    }
    emit({ event: "end" });
  }

  #broken(path, error) {
    emit({ event: "finish", id: path, name: path, path, line: null, status: "error", duration: 0, ...saidBy(error) });
  }

  #idOf(test) {
    if (!this.#ids.has(test.id)) {
      this.#ids.set(test.id, this.#names.of(test.module.moduleId, names(test), test.location?.line));
    }
    return this.#ids.get(test.id);
  }
}
