// A reporter of jest: says what is running and how each case ended, as it happens.
import { cover, emit, framesOf, head, isWanted, messageOf, Names, relative } from "./ide_report.mjs";

const statuses = { passed: "passed", failed: "failed" };

/** What an expectation says stands on several lines; short ones are told in one. */
function saidBy(stack) {
  const [first, ...rest] = messageOf(stack).replace(/^Error: (?=expect\()/, "").split("\n").map((line) => line.trim()).filter((line) => line !== "");
  return first?.startsWith("expect(") && rest.length > 0 && rest.length < 4 ? `${first.replace(/ \/\/ .*/, "")}: ${rest.join(", ")}` : messageOf(stack);
}

export default class {
  #names = new Names();
  #told = new Map();

  onRunStart() {
    emit({ event: "session", framework: "jest", version: process.version });
  }

  onTestFileStart({ path }) {
    this.#told.set(path, 0);
  }

  // Where a case stands is known only when it has ended.
  onTestCaseStart({ path }, { ancestorTitles, title }) {
    const id = this.#names.next(path, [...ancestorTitles, title]);
    if (id && isWanted(id)) {
      emit({ event: "start", ...head(id, path, null) });
    }
  }

  onTestCaseResult({ path }, result) {
    this.#tell(path, result);
    this.#told.set(path, (this.#told.get(path) ?? 0) + 1);
  }

  onTestFileResult({ path }, { testResults, testExecError, failureMessage, coverage }) {
    // Those that are passed over are told in the end only; versions before 26 tell all of them then.
    const told = this.#told.get(path) ?? 0;
    testResults.filter(({ status }) => told === 0 || ["pending", "disabled"].includes(status)).forEach((result) => this.#tell(path, result));
    if (testExecError || (failureMessage && testResults.length === 0)) {
      const stack = testExecError?.stack ?? failureMessage;
      emit({ event: "finish", id: relative(path), name: relative(path), path: relative(path), line: null, status: "error", duration: 0, message: messageOf(testExecError?.message ?? stack), frames: framesOf(stack) });
    }
    cover(coverage ?? {});
  }

  onRunComplete() {
    emit({ event: "end" });
  }

  #tell(path, { ancestorTitles, title, status, duration, failureMessages, location }) {
    const id = this.#names.of(path, [...ancestorTitles, title], location?.line);
    if (!isWanted(id)) {
      return;
    }
    const stack = failureMessages?.[0];
    emit({
      event: "finish", ...head(id, path, location?.line), status: statuses[status] ?? "skipped", duration: duration ?? 0,
      message: status === "failed" ? saidBy(stack) : status === "todo" ? "Still to be done." : null, frames: status === "failed" ? framesOf(stack) : [],
    });
  }
}
