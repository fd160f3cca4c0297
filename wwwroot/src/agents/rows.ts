// One row of the timeline per item: a line, and what is behind it on a click.
import { duration, h, icon } from "../shell/dom";
import { statusClass, statusIcon, isBad } from "../executions/testRun";
import type { Item } from "./task";

/** A unified diff, line by line. */
export function diffView(lines: string[]): HTMLElement {
  return h("div", { class: "diff", tabindex: "0", role: "group", "aria-label": "Difference" }, ...lines.filter((line) => !/^(---|\+\+\+) /.test(line)).map((line) =>
    h("div", { class: line.startsWith("+") ? "add" : line.startsWith("-") ? "del" : line.startsWith("@@") ? "hunk" : "" }, line || " ")));
}

/** A model's words: what stands between backticks is code. */
export const prose = (text: string): Node[] => text.trim().split(/`([^`\n]+)`/).map((part, index) => (index % 2 ? h("code", {}, part) : document.createTextNode(part)));

const took = (item: Item) => (item.startedAt && item.completedAt ? duration(new Date(item.completedAt).getTime() - new Date(item.startedAt).getTime()) : "");

export function rowOf(item: Item, open: boolean, openFile: (path: string) => void): HTMLElement {
  const running = item.status === "running";
  const failed = item.status === "failed";
  const classes = (extra = "") => `row ${extra} ${running ? "running" : ""} ${failed ? "failed" : ""}`;
  const folded = (name: string, what: (Node | string)[], body: (Node | null)[], extra = "", aside?: Node | null) =>
    h("details", { class: classes(extra), open, "data-item": item.id }, h("summary", {}, icon(name), h("span", { class: "what" }, ...what), aside ?? null, h("span", { class: "took" }, running ? "" : took(item))), h("div", { class: "body" }, ...body));
  const line = (name: string, what: (Node | string)[], extra = "") =>
    h("div", { class: classes(extra), "data-item": item.id }, h("div", { class: "line" }, icon(name), h("span", { class: "what" }, ...what), h("span", { class: "took" }, running ? "" : took(item))));

  switch (item.type) {
    case "userMessage":
      return h("div", { class: "row asked", "data-item": item.id }, h("div", { class: "text" }, item.text ?? ""));
    case "agentMessage":
      return h("div", { class: "row said", "data-item": item.id }, h("div", { class: "text" }, ...prose(item.text ?? "")));
    case "reasoning":
      return item.text && item.text.length > 90 ? folded("thinking", [h("span", { class: "muted" }, item.text)], [h("p", { class: "muted text", style: "white-space:pre-wrap" }, item.text)])
        : line("thinking", [h("span", { class: "muted" }, item.text || "Thinking")]);
    case "plan":
      return h("div", { class: classes("agent-row plan-row"), "data-item": item.id }, h("div", { class: "line" }, icon("plan"), h("span", { class: "what" }, "Plan"), h("span", { class: "took" }, planCount(item))),
        h("ul", { class: "plan" }, ...(item.steps ?? []).map((step) => {
          const done = step.status === "completed" || step.status === "done";
          const now = step.status === "inProgress" || step.status === "in_progress" || step.status === "running";
          return h("li", { class: done ? "done" : "" }, icon(done ? "passed" : now ? "run" : "skipped", done ? "is-passed" : now ? "agent-tint" : "muted"), h("span", {}, step.text), h("span", { class: "hidden" }, done ? "done" : now ? "now" : "to do"));
        })));
    case "commandExecution": {
      const command = (item.command ?? [item.tool ?? "command"]).join(" ");
      const code = item.exitCode !== undefined && item.exitCode !== 0 ? h("span", { class: "took is-failed" }, `exit ${item.exitCode}`) : declined(item);
      return folded("terminal", item.purpose ? [item.purpose] : [h("code", {}, command)], [
        h("code", { class: "whole" }, command), item.summary ? h("p", { class: "muted" }, item.summary) : null,
        item.output ? h("pre", { class: "output", tabindex: "0" }, item.output) : item.status === "declined" ? null : h("p", { class: "muted" }, running ? "Running." : "No output."),
      ], "", code);
    }
    case "fileChange": {
      if (!item.diff) {
        const what = item.path ?? item.command?.join(" ") ?? "";
        return folded("edit", [h("code", {}, what)], [item.summary ? h("p", { class: "muted" }, item.summary) : null], "agent-row", declined(item));
      }
      const path = item.path ?? "";
      const counts = h("span", { class: "took" }, h("span", { class: "plus" }, `+${item.added ?? 0}`), " ", h("span", { class: "minus" }, `−${item.removed ?? 0}`));
      return folded("edit", [h("code", {}, path)], [h("button", { type: "button", class: "frame", onclick: () => openFile(path) }, h("b", {}, `Open ${path}`)), diffView(item.diff.split("\n"))], "agent-row", counts);
    }
    case "testRun": {
      const run = item.testRun;
      if (!run) {
        return folded("tests", [item.summary ?? (running ? "Running the tests" : "The tests were not run")], [item.output ? h("pre", { class: "output", tabindex: "0" }, item.output) : null]);
      }
      const bad = run.cases.filter(isBad);
      const share = (count: number) => `width:${(count / Math.max(1, run.total)) * 100}%`;
      const failures = run.failed + run.errors;
      const bar = h("span", { class: "ratio small", role: "img", "aria-label": `${run.passed} passed, ${failures} failed` }, h("i", { class: "p", style: share(run.passed) }), h("i", { class: "f", style: share(failures) }));
      return folded("tests", [run.total === 0 ? "No tests ran" : `${run.passed} passed${failures ? `, ${failures} failed` : ""}`], [
        h("p", { class: "muted" }, run.summary), ...bad.slice(0, 12).map((test) => h("div", {}, icon(statusIcon(test.status), statusClass(test.status)), " ", test.name, test.message ? h("pre", { class: "output" }, test.message.split("\n").slice(0, 6).join("\n")) : null)),
        bad.length > 12 ? h("p", { class: "muted" }, `and ${bad.length - 12} more`) : null,
      ], run.status === "passed" ? "passed" : "failed", bar);
    }
    case "approval":
      return line("approve", [decisionWords[item.decision ?? ""] ?? "Asks: ", h("code", {}, item.approval?.action ?? item.summary ?? "")]);
    default:
      return line("collapse", [item.summary ?? item.text ?? "Older steps were summarised"]);
  }
}

const decisionWords: Record<string, string> = { allow: "Allowed: ", deny: "Denied: ", expired: "Nobody answered: ", withdrawn: "Withdrawn: " };

const declined = (item: Item) => (item.status === "declined" || item.status === "failed" ? h("span", { class: "took is-failed" }, item.status === "declined" ? "not allowed" : "failed") : null);

function planCount(item: Item): string {
  const steps = item.steps ?? [];
  return steps.length ? `${steps.filter((step) => step.status === "completed" || step.status === "done").length} of ${steps.length}` : "";
}
