// A test run as the API streams and answers it.
export interface Frame {
  path: string;
  line: number | null;
  function: string | null;
}

export interface TestCase {
  id: string;
  name: string;
  path: string;
  line?: number | null;
  status: "passed" | "failed" | "error" | "skipped" | "timedOut" | "running";
  durationMs: number;
  message: string | null;
  frames: Frame[];
}

export interface TestRun {
  id: string;
  framework: string;
  status: "running" | "passed" | "failed" | "error";
  /** Case ids that it was asked for; none is all of them. */
  filter?: string[] | null;
  /** A task's own checkout; none is the live one that people see. */
  checkout?: string | null;
  startedBy?: string | null;
  total: number;
  passed: number;
  failed: number;
  errors: number;
  skipped: number;
  durationMs: number;
  cases: TestCase[];
  execution?: { id: string; status: string; reason: string | null; stdout: string; stderr: string };
  summary: string;
}

export const statusWords: Record<string, string> = { timedOut: "still running when the limit struck", running: "running", passed: "passed", failed: "failed", error: "error", skipped: "skipped" };
export const isBad = (test: Pick<TestCase, "status">) => test.status === "failed" || test.status === "error" || test.status === "timedOut";
export const statusIcon = (status: string) => ({ passed: "passed", skipped: "skipped", timedOut: "clock", running: "clock", error: "error" })[status] ?? "failed";
export const statusClass = (status: string) => (status === "passed" ? "is-passed" : status === "skipped" || status === "running" ? "muted" : status === "timedOut" ? "is-warning" : "is-failed");
export const inWorkspace = (frame: Frame) => !frame.path.startsWith("/") && !frame.path.startsWith("<");

export interface Comparison {
  expected: string;
  actual: string;
}

/** What was expected and what came, from the common shapes of messages; null when the message has no such pair. */
export function compare(message: string): Comparison | null {
  const pytest = /assert (.+?) == (.+?)(?:\n|$)/.exec(message);
  if (pytest) {
    return { actual: pytest[1]!, expected: pytest[2]! };
  }
  const node = /equal: (.+?) !==? (.+?)(?:\n|$)/.exec(message);
  if (node) {
    return { actual: node[1]!, expected: node[2]! };
  }
  const expected = /expected:?\s*(.+?)(?:\n|$|,? (?:but )?(?:got|was|received|actual))/i.exec(message);
  const actual = /(?:got|was|received|actual):?\s*(.+?)(?:\n|$)/i.exec(message);
  return expected && actual ? { expected: expected[1]!, actual: actual[1]! } : null;
}

/** The parts of two texts that differ: common beginning and end are left out. */
export function difference(one: string, other: string): [number, number, number, number] {
  let start = 0;
  while (start < one.length && start < other.length && one[start] === other[start]) {
    start++;
  }
  let end = 0;
  while (end < one.length - start && end < other.length - start && one[one.length - 1 - end] === other[other.length - 1 - end]) {
    end++;
  }
  return [start, one.length - end, start, other.length - end];
}
