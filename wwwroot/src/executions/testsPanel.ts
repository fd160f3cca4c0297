// The tests panel: run, cancel, run failed again; a tree by file that fills while the run streams; the chosen case beside it.
import { byId, duration, fileIcon, h, icon } from "../shell/dom";
import { currentPanel, isShown, onPanel, onResize, setCount } from "../shell/frame";
import { fail } from "../shell/overlays";
import { setStatus } from "../shell/status";
import { caseDetail } from "./caseDetail";
import { inWorkspace, isBad, statusClass, statusIcon, type TestCase } from "./testRun";
import { TestRuns } from "./testRuns";

type Filter = "all" | "failed" | "slow";

const filterWords: Record<Filter, string> = { all: "All", failed: "Failed", slow: "Slow" };
const slowFrom = 100;
const quietAfter = 5000;
const drawEvery = 120;
const shownOutput = 4000;
const outdated = "Files have changed since this run";

export interface TestsHost {
  open: (path: string, line: number) => void;
  output: (text: string, reset?: boolean) => void;
  failedFiles: (files: string[]) => void;
}

export class TestsPanel {
  private readonly view = byId("panel-tests");
  private readonly bar = h("div", { class: "tests-bar" });
  private readonly tree = h("div", { class: "tests-tree", role: "tree", "aria-label": "Test cases", tabindex: "0" });
  private readonly detail = h("div", { class: "tests-detail", tabindex: "0", role: "region", "aria-label": "Test result" });
  private readonly note = h("div", { class: "tests-output" });
  private readonly runs: TestRuns;
  private readonly rows = new Map<string, { test: TestCase; row: HTMLElement }>();
  private readonly folded = new Set<string>();
  private filter: Filter = "all";
  private selected: string | null = null;
  private shown: TestCase | null = null;
  private waiting = 0;
  /** Changed since it was last drawn, while nobody could see it. */
  private behind = false;

  constructor(private readonly host: TestsHost) {
    this.runs = new TestRuns({ changed: () => this.schedule(), output: (text, reset) => host.output(text, reset) });
    this.view.append(this.bar, this.tree, this.detail, this.note);
    this.tree.addEventListener("keydown", (event) => this.key(event));
    const seen = () => this.behind && this.draw();
    onPanel(seen);
    onResize(seen);
    window.setInterval(() => this.runs.running && !this.behind && this.drawBar(), 1000);
    this.draw();
    void this.runs.load().catch(() => undefined);
  }

  get isRunning(): boolean {
    return this.runs.running !== null;
  }

  get failing(): number {
    return [...this.runs.cases.values()].filter(isBad).length;
  }

  start(filter?: string[]): Promise<void> {
    const started = this.runs.start(filter);
    this.draw();
    return started;
  }

  async cancel(): Promise<void> {
    try {
      const cancelled = this.runs.cancel();
      this.draw();
      await cancelled;
    } catch (error) {
      fail("Could not cancel the run.", error);
    }
  }

  runFailed(): void {
    const ids = [...this.runs.cases.values()].filter(isBad).map((test) => test.id);
    if (ids.length) {
      void this.start(ids);
    }
  }

  /** A run of this workspace began or ended, here or elsewhere. */
  runChanged(data: unknown): void {
    const { id, running } = data as { id: string; running: boolean };
    void this.runs.happened(id, running).catch(() => undefined);
  }

  /** Files of the workspace changed, by whomever. */
  filesChanged(): void {
    this.runs.filesChanged();
  }

  private schedule(): void {
    // Not by animation frame: a hidden tab gets none, and its badge must still be right.
    this.waiting ||= window.setTimeout(() => {
      this.waiting = 0;
      this.draw();
    }, this.runs.running ? drawEvery : 0);
  }

  private draw(): void {
    const bad = [...this.runs.cases.values()].filter(isBad);
    if (bad.length && !isBad(this.runs.cases.get(this.selected ?? "") ?? { status: "passed" }) && !this.runs.running) {
      this.selected = bad[0]!.id;
    }
    this.behind = !isShown("panel") || currentPanel() !== "tests";
    if (!this.behind) {
      this.drawBar();
      this.drawTree();
      this.drawDetail();
    }
    setCount("tests", bad.length, "is-failed");
    setStatus("tests", this.runs.running ? { text: "Tests: running", icon: "tests", command: "tests.show" } : null);
    this.host.failedFiles([...new Set(bad.map((test) => test.path))]);
  }

  private drawBar(): void {
    const tests = [...this.runs.cases.values()];
    const passed = tests.filter((test) => test.status === "passed").length;
    const failed = tests.filter(isBad).length;
    const skipped = tests.filter((test) => test.status === "skipped").length;
    const { running, last } = this.runs;
    const parts: Node[] = [];
    if (running) {
      const quiet = Date.now() - running.lastEvent;
      const progress = running.total ? ` · ${Math.min(running.ended, running.total)} of ${running.total}` : "";
      const words = `${running.startedBy ? `${running.startedBy} runs them` : "Running"}${progress} · ${Math.floor((Date.now() - running.startedAt) / 1000)} s${quiet > quietAfter ? ` · no news for ${Math.round(quiet / 1000)} s` : ""}`;
      parts.push(h("button", { type: "button", class: "button small", disabled: running.cancelled, onclick: () => void this.cancel() }, icon("stop"), running.cancelled ? "Cancelling" : "Cancel"),
        h("span", { class: "spinner", "aria-hidden": "true" }), h("span", { class: "running" }, words));
    } else {
      parts.push(h("button", { type: "button", class: `button small${tests.length === 0 ? " primary" : ""}`, "data-command": "tests.run" }, icon("run"), "Run tests"));
      if (failed > 0) {
        parts.push(h("button", { type: "button", class: "button small", onclick: () => this.runFailed() }, icon("refresh"), "Run failed"),
          h("button", { type: "button", class: "button small", "data-command": "agent.fix" }, icon("agent", "agent-tint"), "Fix failing tests"));
      }
    }
    if (tests.length > 0) {
      const share = (count: number) => `width:${(count / Math.max(tests.length, running?.total ?? 0)) * 100}%`;
      const ended = last?.execution?.reason === "cancelled" ? "cancelled" : last ? `${last.framework} · ${duration(last.durationMs)}` : "";
      parts.push(h("span", { class: "ratio", role: "img", "aria-label": `${passed} passed, ${failed} failed, ${skipped} skipped` }, h("i", { class: "p", style: share(passed) }), h("i", { class: "f", style: share(failed) }), h("i", { class: "s", style: share(skipped) })),
        h("span", { class: "tests-summary", role: "status" }, h("b", { class: "is-passed" }, icon("passed"), `${passed} passed`), failed ? h("b", { class: "is-failed" }, icon("failed"), `${failed} failed`) : null,
          skipped ? h("b", { class: "muted" }, icon("skipped"), `${skipped} skipped`) : null, running ? null : h("span", { class: "muted framework" }, ended),
          this.runs.outdated && !running ? h("span", { class: "is-warning", role: "img", "aria-label": outdated, title: outdated }, icon("clock")) : null),
        h("span", { class: "grow" }), h("span", { class: "chips", role: "group", hidden: running !== null, "aria-label": "Show" }, ...(Object.keys(filterWords) as Filter[]).map((name) =>
          h("button", { type: "button", class: "chip", "aria-pressed": String(this.filter === name), onclick: () => ((this.filter = name), this.draw()) }, filterWords[name]))));
    }
    const focusIndex = [...this.bar.querySelectorAll("button")].indexOf(document.activeElement as HTMLButtonElement);
    this.bar.replaceChildren(...parts);
    if (focusIndex >= 0) {
      this.bar.querySelectorAll("button")[focusIndex]?.focus();
    }
  }

  private visible(): TestCase[] {
    const tests = [...this.runs.cases.values()];
    if (this.filter === "failed") {
      return tests.filter(isBad);
    }
    return this.filter === "slow" ? tests.filter((test) => test.durationMs >= slowFrom).sort((a, b) => b.durationMs - a.durationMs) : tests;
  }

  private drawTree(): void {
    const empty = this.runs.cases.size === 0;
    this.tree.hidden = this.detail.hidden = empty;
    this.note.hidden = !empty;
    if (empty) {
      this.note.replaceChildren(this.emptyNote());
      this.rows.clear();
      return;
    }
    const visible = this.visible();
    const top = this.tree.scrollTop;
    this.tree.replaceChildren(...(visible.length === 0 ? [h("p", { class: "muted none" }, this.filter === "failed" ? "No case failed." : `No case took ${slowFrom} ms or more.`)] : [...Map.groupBy(visible, (test) => test.path)].flatMap(([path, tests]) => {
      const head = this.fileRow(path, tests);
      return this.folded.has(path) ? [head] : [head, ...tests.map((test) => this.caseRow(test))];
    })));
    this.tree.scrollTop = top;
  }

  /** Before the first run, while it begins, and when a run told of no case: what happened and what to do. */
  private emptyNote(): HTMLElement {
    const { refused, last, running } = this.runs;
    if (running) {
      return h("div", { class: "empty" }, icon("tests"), h("p", {}, "Starting a fresh sandbox."));
    }
    if (refused) {
      return h("div", { class: "empty" }, icon("warning", "is-warning"), h("p", {}, refused));
    }
    if (last) {
      const output = `${last.execution?.stdout ?? ""}${last.execution?.stderr ?? ""}`.trim().slice(-shownOutput);
      return h("div", { class: "told-nothing" }, h("p", {}, icon(last.status === "passed" ? "skipped" : "warning", last.status === "passed" ? "muted" : "is-warning"), " ", last.summary), output ? h("pre", { class: "output", tabindex: "0" }, output) : null);
    }
    return h("div", { class: "empty" }, icon("tests"), h("p", {}, "No run yet. Run tests finds the project's own runner and runs it in a fresh sandbox."));
  }

  private fileRow(path: string, tests: TestCase[]): HTMLElement {
    const bad = tests.filter(isBad).length;
    const busy = tests.some((test) => test.status === "running");
    const open = !this.folded.has(path);
    return h("div", { class: "case-file", role: "treeitem", "aria-level": "1", "aria-expanded": String(open), "data-file": path, onclick: () => (open ? this.folded.add(path) : this.folded.delete(path), this.drawTree()) },
      icon("chevron", "twist"), icon(bad ? "failed" : busy ? "clock" : "passed", bad ? "is-failed" : busy ? "muted" : "is-passed"), fileIcon(path), h("span", { class: "name", title: path }, path),
      h("time", {}, `${bad ? `${bad} of ${tests.length} failed · ` : `${tests.length} · `}${duration(tests.reduce((sum, test) => sum + test.durationMs, 0))}`));
  }

  /** A row is made again only when its case changed: thousands of cases stay quick. */
  private caseRow(test: TestCase): HTMLElement {
    const known = this.rows.get(test.id);
    if (known?.test === test) {
      known.row.setAttribute("aria-selected", String(test.id === this.selected));
      return known.row;
    }
    const row = h("div", { class: "case", role: "treeitem", "aria-level": "2", "aria-selected": String(test.id === this.selected), "data-id": test.id, onclick: () => this.select(test.id), ondblclick: () => this.open(test) },
      icon(statusIcon(test.status), statusClass(test.status)), h("span", { class: "name", title: test.name }, test.name), test.status === "timedOut" ? h("span", { class: "tag" }, "timed out") : null,
      h("time", {}, test.status === "running" ? "" : duration(test.durationMs)));
    this.rows.set(test.id, { test, row });
    return row;
  }

  private open(test: TestCase): void {
    const frame = test.frames?.findLast(inWorkspace);
    this.host.open(frame?.path ?? test.path, frame?.line ?? test.line ?? 1);
  }

  private select(id: string): void {
    for (const row of this.tree.querySelectorAll("[aria-selected=true]")) {
      row.setAttribute("aria-selected", "false");
    }
    this.tree.querySelector(`[data-id="${CSS.escape(id)}"]`)?.setAttribute("aria-selected", "true");
    this.selected = id;
    this.drawDetail();
  }

  private key(event: KeyboardEvent): void {
    const ids = [...this.tree.querySelectorAll<HTMLElement>("[data-id]")].map((row) => row.dataset.id!);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const test = this.runs.cases.get(this.selected ?? "");
    if (step && ids.length) {
      event.preventDefault();
      const next = ids[Math.max(0, Math.min(ids.length - 1, ids.indexOf(this.selected ?? "") + step))]!;
      this.select(next);
      this.tree.querySelector(`[data-id="${CSS.escape(next)}"]`)?.scrollIntoView({ block: "nearest" });
    } else if (test && (event.key === "ArrowLeft" || event.key === "ArrowRight")) {
      event.preventDefault();
      event.key === "ArrowLeft" ? this.folded.add(test.path) : this.folded.delete(test.path);
      this.drawTree();
    } else if (test && event.key === "Enter") {
      this.open(test);
    }
  }

  private drawDetail(): void {
    const test = this.runs.cases.get(this.selected ?? "") ?? null;
    if (test && test === this.shown) {
      return;
    }
    this.shown = test;
    const summary = this.runs.refused ?? (this.runs.running ? null : this.runs.last?.summary);
    this.detail.replaceChildren(...(test ? caseDetail(test, this.host.open) : [h("p", { class: "muted" }, summary ?? "Choose a case to see its result.")]));
  }
}
