// The chosen case: what it said, expected and actual with their difference marked, and the frames: the workspace's first and bright, libraries' folded.
import { duration, h, icon } from "../shell/dom";
import { compare, difference, inWorkspace, statusClass, statusIcon, statusWords, type Frame, type TestCase } from "./testRun";

export function caseDetail(test: TestCase, open: (path: string, line: number) => void): Node[] {
  const place = `${test.path}${test.line ? `:${test.line}` : ""}`;
  const parts: Node[] = [
    h("h3", {}, icon(statusIcon(test.status), statusClass(test.status)), " ", test.name),
    h("p", { class: "muted" }, test.path ? h("button", { type: "button", class: "frame place", title: `Open ${place}`, onclick: () => open(test.path, test.line ?? 1) }, place) : null, ` · ${statusWords[test.status] ?? test.status} · ${duration(test.durationMs)}`),
  ];
  if (test.message) {
    const pair = compare(test.message);
    if (pair) {
      const [a, b, c, d] = difference(pair.expected, pair.actual);
      parts.push(h("dl", { class: "compare" }, h("dt", {}, "Expected"), h("dd", { class: "expected" }, pair.expected.slice(0, a), h("mark", {}, pair.expected.slice(a, b)), pair.expected.slice(b)),
        h("dt", {}, "Actual"), h("dd", {}, pair.actual.slice(0, c), h("mark", {}, pair.actual.slice(c, d)), pair.actual.slice(d))));
    }
    parts.push(h("pre", { class: "output", tabindex: "0" }, test.message));
  }
  const ours = (test.frames ?? []).filter(inWorkspace);
  const others = (test.frames ?? []).filter((frame) => !inWorkspace(frame));
  parts.push(h("div", { class: "frames" }, ...ours.map((frame) => frameRow(frame, open))));
  if (others.length) {
    parts.push(h("details", {}, h("summary", { class: "muted" }, `${others.length} ${others.length === 1 ? "frame" : "frames"} of libraries`), ...others.map((frame) => frameRow(frame, open))));
  }
  return parts;
}

function frameRow(frame: Frame, open: (path: string, line: number) => void): HTMLElement {
  const text = `${frame.path}${frame.line ? `:${frame.line}` : ""}`;
  return inWorkspace(frame)
    ? h("button", { type: "button", class: "frame", onclick: () => open(frame.path, frame.line ?? 1) }, h("b", {}, text), frame.function ?? "")
    : h("div", { class: "frame outside" }, text, " ", frame.function ?? "");
}
