// The tests panel: run, cancel, run failed again; a tree by file that fills while the run streams; the chosen failure beside it.
import { ApiError, getJson, readEvents, send, workspaceId, workspaceUrl } from "../shell/api";
import { byId, duration, fileIcon, h, icon, remember, remembered } from "../shell/dom";
import { setCount } from "../shell/frame";
import { fail } from "../shell/overlays";
import { compare, difference, inWorkspace, isBad, statusClass, statusIcon, type Frame, type TestCase, type TestRun } from "./testRun";

type Filter = "all" | "failed" | "slow";

export interface TestsHost {
  open: (path: string, line: number) => void;
  output: (text: string, reset?: boolean) => void;
  failedFiles: (files: string[]) => void;
  finished: () => void;
}

export class TestsPanel {
  private readonly view = byId("panel-tests");
  private readonly bar = h("div", { class: "tests-bar" });
  private readonly tree = h("div", { class: "tests-tree", role: "tree", "aria-label": "Test cases", tabindex: "0" });
  private readonly detail = h("div", { class: "tests-detail", tabindex: "0", role: "region", "aria-label": "Test result" });
  private cases = new Map<string, TestCase>();
  private run: TestRun | null = null;
  private running: { executionId: string | null; startedAt: number; lastEvent: number; cancelled: boolean } | null = null;
  private filter: Filter = "all";
  private selected: string | null = null;
  private readonly folded = new Set<string>();
  private message: { text: string; failed: boolean } | null = null;
  private drawing = false;
  private ticker = 0;

  constructor(private readonly host: TestsHost) {
    this.view.append(this.bar, this.tree, this.detail);
    this.tree.addEventListener("keydown", (event) => this.key(event));
    this.draw();
    const last = remembered<string | null>(`testRun.${workspaceId}`, null);
    if (last) {
      void getJson<TestRun>(`/api/v1/test-runs/${last}`).then((run) => !this.running && this.show(run)).catch(() => undefined);
    }
  }

  get isRunning(): boolean {
    return this.running !== null;
  }

  get lastRun(): TestRun | null {
    return this.run;
  }

  async start(filter?: string[]): Promise<void> {
    if (this.running) {
      return;
    }
    const state = (this.running = { executionId: null as string | null, startedAt: Date.now(), lastEvent: Date.now(), cancelled: false });
    this.message = null;
    this.run = null;
    if (!filter) {
      this.cases.clear();
    } else {
      for (const id of filter) {
        const known = this.cases.get(id);
        if (known) {
          this.cases.set(id, { ...known, status: "running", message: null });
        }
      }
    }
    this.host.output("", true);
    this.ticker = window.setInterval(() => this.drawBar(), 1000);
    this.draw();
    try {
      const response = await send("POST", workspaceUrl("/test-runs"), filter ? { filter } : {}, { headers: { Accept: "text/event-stream" } });
      for await (const event of readEvents(response)) {
        state.lastEvent = Date.now();
        this.happened(event.name, JSON.parse(event.data) as Record<string, unknown>, filter);
      }
      if (this.running === state && !this.run) {
        this.message = { text: "The stream ended before the result. The run goes on by itself; run the tests again to see it.", failed: true };
      }
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      this.message = { text: error instanceof ApiError && error.type.endsWith("no-test-runner") ? text || "No test runner was found in this workspace." : text, failed: true };
    } finally {
      window.clearInterval(this.ticker);
      this.running = null;
      for (const [id, test] of this.cases) {
        if (test.status === "running") {
          this.cases.delete(id);
        }
      }
      this.draw();
      this.host.finished();
    }
  }

  async cancel(): Promise<void> {
    const id = this.running?.executionId;
    if (!this.running || !id) {
      return;
    }
    this.running.cancelled = true;
    this.drawBar();
    try {
      await send("POST", `/api/v1/executions/${id}/cancel`, {});
    } catch (error) {
      fail("Could not cancel the run.", error);
    }
  }

  runFailed(): void {
    const ids = [...this.cases.values()].filter(isBad).map((test) => test.id);
    if (ids.length) {
      void this.start(ids);
    }
  }

  /** A finished run, of the agent for instance. */
  show(run: TestRun): void {
    this.run = run;
    this.cases = new Map(run.cases.map((test) => [test.id, test]));
    this.message = null;
    this.draw();
  }

  private happened(name: string, data: Record<string, unknown>, filter?: string[]): void {
    switch (name) {
      case "started":
        this.running!.executionId = String(data.execution ?? data.executionId ?? data.id);
        break;
      case "stdout": case "stderr":
        this.host.output(String(data.text ?? ""));
        break;
      case "case": {
        const test = data as unknown as TestCase;
        this.cases.set(test.id, { ...test, frames: test.frames ?? [], message: test.message ?? null });
        break;
      }
      case "result": {
        const run = data as unknown as TestRun;
        this.run = run;
        remember(`testRun.${workspaceId}`, run.id);
        if (!filter) {
          this.cases = new Map(run.cases.map((test) => [test.id, test]));
        } else {
          for (const test of run.cases) {
            this.cases.set(test.id, test);
          }
        }
        const bad = [...this.cases.values()].find(isBad);
        if (bad && (!this.selected || !isBad(this.cases.get(this.selected) ?? bad))) {
          this.selected = bad.id;
        }
        break;
      }
    }
    this.schedule();
  }

  private schedule(): void {
    if (!this.drawing) {
      this.drawing = true;
      window.requestAnimationFrame(() => {
        this.drawing = false;
        this.draw();
      });
    }
  }

  private draw(): void {
    this.drawBar();
    this.drawTree();
    this.drawDetail();
    const bad = [...this.cases.values()].filter(isBad);
    setCount("tests", bad.length, "is-failed");
    this.host.failedFiles([...new Set(bad.map((test) => test.path))]);
  }

  private drawBar(): void {
    const tests = [...this.cases.values()];
    const passed = tests.filter((test) => test.status === "passed").length;
    const failed = tests.filter(isBad).length;
    const skipped = tests.filter((test) => test.status === "skipped").length;
    const parts: Node[] = [];
    if (this.running) {
      const quiet = (Date.now() - this.running.lastEvent) / 1000;
      parts.push(h("button", { type: "button", class: "button small", disabled: !this.running.executionId || this.running.cancelled, onclick: () => void this.cancel() }, icon("stop"), this.running.cancelled ? "Cancelling" : "Cancel"),
        h("span", { class: "spinner", "aria-hidden": "true" }), h("span", { role: "status" }, `Running · ${duration(Date.now() - this.running.startedAt)}${quiet > 5 ? ` · no news for ${Math.round(quiet)} s` : ""}`));
    } else {
      parts.push(h("button", { type: "button", class: `button small${tests.length === 0 ? " primary" : ""}`, "data-command": "tests.run" }, icon("run"), "Run tests"));
      if (failed > 0) {
        parts.push(h("button", { type: "button", class: "button small", onclick: () => this.runFailed() }, icon("refresh"), "Run failed"),
          h("button", { type: "button", class: "button small", "data-command": "agent.fix" }, icon("agent", "agent-tint"), "Fix failing tests"));
      }
    }
    if (tests.length > 0) {
      const share = (count: number) => `width:${(count / tests.length) * 100}%`;
      parts.push(h("span", { class: "ratio", role: "img", "aria-label": `${passed} passed, ${failed} failed, ${skipped} skipped` }, h("i", { class: "p", style: share(passed) }), h("i", { class: "f", style: share(failed) }), h("i", { class: "s", style: share(skipped) })),
        h("span", { class: "tests-summary" }, h("b", { class: "is-passed" }, icon("passed"), `${passed} passed`), failed ? h("b", { class: "is-failed" }, icon("failed"), `${failed} failed`) : null,
          skipped ? h("b", { class: "muted" }, icon("skipped"), `${skipped} skipped`) : null, this.run ? h("span", { class: "muted" }, `${this.run.framework} · ${duration(this.run.durationMs)}`) : null),
        h("span", { class: "grow" }), h("span", { class: "chips", role: "group", "aria-label": "Show" }, ...(["all", "failed", "slow"] as const).map((name) =>
          h("button", { type: "button", class: "chip", "aria-pressed": String(this.filter === name), onclick: () => ((this.filter = name), this.draw()) }, name === "all" ? "All" : name === "failed" ? "Failed" : "Slow"))));
    }
    const focusIndex = [...this.bar.querySelectorAll("button")].indexOf(document.activeElement as HTMLButtonElement);
    this.bar.replaceChildren(...parts);
    if (focusIndex >= 0) {
      this.bar.querySelectorAll("button")[focusIndex]?.focus();
    }
  }

  private visible(): TestCase[] {
    const tests = [...this.cases.values()];
    if (this.filter === "failed") {
      return tests.filter(isBad);
    }
    return this.filter === "slow" ? tests.filter((test) => test.durationMs >= 100).sort((a, b) => b.durationMs - a.durationMs) : tests;
  }

  private drawTree(): void {
    if (this.cases.size === 0) {
      this.tree.hidden = this.detail.hidden = true;
      let note = this.view.querySelector<HTMLElement>(".tests-output");
      note ??= this.view.appendChild(h("div", { class: "tests-output" }));
      note.replaceChildren(this.message
        ? h("div", { class: "empty" }, icon("warning", "is-warning"), h("p", {}, this.message.text))
        : h("div", { class: "empty" }, icon("tests"), h("p", {}, this.running ? "Starting a fresh sandbox." : "No run yet. Run tests finds the project's own runner and runs it in a fresh sandbox.")));
      return;
    }
    this.view.querySelector(".tests-output")?.remove();
    this.tree.hidden = this.detail.hidden = false;
    const files = Map.groupBy(this.visible(), (test) => test.path);
    const top = this.tree.scrollTop;
    this.tree.replaceChildren(...[...files].flatMap(([path, tests]) => {
      const bad = tests.filter(isBad).length;
      const open = !this.folded.has(path);
      const head = h("div", { class: "case-file", role: "treeitem", "aria-level": "1", "aria-expanded": String(open), onclick: () => (open ? this.folded.add(path) : this.folded.delete(path), this.drawTree()) },
        icon("chevron", "twist"), icon(bad ? "failed" : "passed", bad ? "is-failed" : "is-passed"), fileIcon(path), h("span", { class: "name", title: path }, path),
        h("time", {}, `${bad ? `${bad} of ${tests.length} failed · ` : `${tests.length} · `}${duration(tests.reduce((sum, test) => sum + test.durationMs, 0))}`));
      return open ? [head, ...tests.map((test) => this.caseRow(test))] : [head];
    }));
    this.tree.scrollTop = top;
  }

  private caseRow(test: TestCase): HTMLElement {
    return h("div", { class: "case", role: "treeitem", "aria-level": "2", "aria-selected": String(test.id === this.selected), "data-id": test.id, onclick: () => this.select(test.id), ondblclick: () => test.line && this.host.open(test.path, test.line) },
      icon(statusIcon(test.status), statusClass(test.status)), h("span", { class: "name", title: test.name }, test.name), test.status === "timedOut" ? h("span", { class: "tag" }, "timed out") : null,
      h("span", { class: "hidden" }, test.status), h("time", {}, test.status === "running" ? "" : duration(test.durationMs)));
  }

  private select(id: string): void {
    this.selected = id;
    this.tree.querySelectorAll("[data-id]").forEach((row) => row.setAttribute("aria-selected", String((row as HTMLElement).dataset.id === id)));
    this.drawDetail();
  }

  private key(event: KeyboardEvent): void {
    const ids = [...this.tree.querySelectorAll<HTMLElement>("[data-id]")].map((row) => row.dataset.id!);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && ids.length) {
      event.preventDefault();
      const next = ids[Math.max(0, Math.min(ids.length - 1, ids.indexOf(this.selected ?? "") + step))]!;
      this.select(next);
      this.tree.querySelector(`[data-id="${CSS.escape(next)}"]`)?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter") {
      const test = this.cases.get(this.selected ?? "");
      const frame = test?.frames.find(inWorkspace);
      if (test) {
        this.host.open(frame?.path ?? test.path, frame?.line ?? test.line ?? 1);
      }
    }
  }

  private drawDetail(): void {
    const test = this.cases.get(this.selected ?? "");
    if (!test) {
      const said = this.message?.text ?? this.run?.summary;
      this.detail.replaceChildren(said ? h("p", { class: "muted" }, said) : h("p", { class: "muted" }, "Choose a case to see its result."));
      return;
    }
    const parts: Node[] = [h("h3", {}, icon(statusIcon(test.status), statusClass(test.status)), " ", test.name), h("p", { class: "muted" }, `${test.path}${test.line ? `:${test.line}` : ""} · ${test.status === "timedOut" ? "still running when the limit struck" : test.status} · ${duration(test.durationMs)}`)];
    if (test.message) {
      const pair = compare(test.message);
      if (pair) {
        const [a, b, c, d] = difference(pair.expected, pair.actual);
        parts.push(h("dl", { class: "compare" }, h("dt", {}, "Expected"), h("dd", { class: "expected" }, pair.expected.slice(0, a), h("mark", {}, pair.expected.slice(a, b)), pair.expected.slice(b)),
          h("dt", {}, "Actual"), h("dd", {}, pair.actual.slice(0, c), h("mark", {}, pair.actual.slice(c, d)), pair.actual.slice(d))));
      }
      parts.push(h("pre", { class: "output", tabindex: "0" }, test.message));
    }
    const ours = test.frames.filter(inWorkspace);
    const others = test.frames.filter((frame) => !inWorkspace(frame));
    parts.push(...ours.map((frame) => this.frameRow(frame)));
    if (others.length) {
      parts.push(h("details", {}, h("summary", { class: "muted" }, `${others.length} frames of libraries`), ...others.map((frame) => this.frameRow(frame))));
    }
    this.detail.replaceChildren(...parts);
  }

  private frameRow(frame: Frame): HTMLElement {
    const text = `${frame.path}${frame.line ? `:${frame.line}` : ""}`;
    return inWorkspace(frame)
      ? h("button", { type: "button", class: "frame", onclick: () => this.host.open(frame.path, frame.line ?? 1) }, h("b", {}, text), frame.function ?? "")
      : h("div", { class: "frame outside" }, text, " ", frame.function ?? "");
  }
}
