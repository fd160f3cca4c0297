// The workspace's test runs as the server has them: the last results, and the run that is under way, whoever started it and in whichever browser.
import { getJson, readEvents, send, workspaceUrl } from "../shell/api";
import { follow } from "../shell/events";
import type { TestCase, TestRun } from "./testRun";

export interface Running {
  /** Null until the server has said it. */
  id: string | null;
  startedBy: string | null;
  startedAt: number;
  lastEvent: number;
  cancelled: boolean;
  /** Cases that the runner found; null until it has. */
  total: number | null;
  ended: number;
}

export interface TestRunsEvents {
  changed: () => void;
  output: (text: string, reset: boolean) => void;
}

const settles = 2000;

export class TestRuns {
  cases = new Map<string, TestCase>();
  last: TestRun | null = null;
  running: Running | null = null;
  /** Why a run could not be started; null when it could. */
  refused: string | null = null;
  /** Files have changed since the cases ran. */
  outdated = false;
  private stop: (() => void) | null = null;

  constructor(private readonly events: TestRunsEvents) {}

  /** What ran last and what runs now: after a reload the page shows what the server knows, nothing of its own. */
  async load(): Promise<void> {
    const runs = (await getJson<{ items: TestRun[] }>(workspaceUrl("/test-runs?limit=8"))).items.filter((run) => !run.checkout);
    const done = runs.filter((run) => run.status !== "running");
    const whole = done.findIndex((run) => !run.filter?.length);
    // A listing has no cases.
    const shown = done.slice(0, whole < 0 ? done.length : whole + 1).reverse();
    for (const run of await Promise.all(shown.map((run) => getJson<TestRun>(`/api/v1/test-runs/${run.id}`)))) {
      this.take(run);
    }
    const now = runs.find((run) => run.status === "running");
    if (now && !this.running) {
      this.attach(now.id, now.filter, now.startedBy ?? null);
    }
    this.events.changed();
  }

  /** The server says that a run began or ended. */
  async happened(id: string, isRunning: boolean): Promise<void> {
    if (this.running !== null && (this.running.id === null || this.running.id === id)) {
      return;
    }
    const run = await getJson<TestRun>(`/api/v1/test-runs/${id}`);
    if (this.running === null && isRunning && run.status === "running") {
      this.attach(id, run.filter, run.startedBy ?? null);
    } else if (run.status !== "running" && this.last?.id !== id) {
      this.outdated &&= (run.filter?.length ?? 0) > 0;
      this.take(run);
      this.events.changed();
    }
  }

  async start(filter?: string[]): Promise<void> {
    if (this.running) {
      return;
    }
    this.begin(null, filter, null);
    const state = this.running!;
    const answered = new AbortController();
    try {
      const response = await send("POST", workspaceUrl("/test-runs"), filter ? { filter } : {}, { headers: { Accept: "text/event-stream" }, signal: answered.signal });
      for await (const event of readEvents(response)) {
        if (event.name === "started") {
          this.follow(state, (JSON.parse(event.data) as { id: string }).id);
          break;
        }
      }
      // The rest comes by the run's own stream; this one would only hold a connection.
      answered.abort();
    } catch (error) {
      this.running = null;
      this.refused = error instanceof Error ? error.message : String(error);
      this.events.changed();
    }
  }

  /** Somebody changed files. What was saved for a run that begins is told a moment after its begin. */
  filesChanged(): void {
    if (!this.outdated && this.cases.size > 0 && (!this.running || Date.now() - this.running.startedAt > settles)) {
      this.outdated = true;
      this.events.changed();
    }
  }

  async cancel(): Promise<void> {
    const run = this.running;
    if (run) {
      run.cancelled = true;
      this.events.changed();
      if (run.id) {
        await send("POST", `/api/v1/test-runs/${run.id}/cancel`, {});
      }
    }
  }

  private attach(id: string, filter: string[] | null | undefined, startedBy: string | null): void {
    this.begin(id, filter ?? undefined, startedBy);
    this.follow(this.running!, id);
  }

  private begin(id: string | null, filter: string[] | undefined, startedBy: string | null): void {
    this.running = { id, startedBy, startedAt: Date.now(), lastEvent: Date.now(), cancelled: false, total: filter?.length ?? null, ended: 0 };
    this.refused = null;
    if (!filter?.length) {
      this.outdated = false;
      this.cases.clear();
    }
    for (const known of (filter ?? []).map((name) => this.cases.get(name)).filter((known) => known !== undefined)) {
      this.cases.set(known.id, { ...known, status: "running", message: null });
    }
    this.events.output("", true);
    this.events.changed();
  }

  /** By the run's own stream, which can be resumed and which does not end the run when it breaks. */
  private follow(state: Running, id: string): void {
    state.id = id;
    if (state.cancelled) {
      void this.cancel().catch(() => undefined);
    }
    this.stop?.();
    this.stop = follow("test-runs", id, (name, data) => {
      if (this.running !== state) {
        return;
      }
      state.lastEvent = Date.now();
      switch (name) {
        case "stdout": case "stderr":
          this.events.output((data as { text: string }).text, false);
          return;
        case "collected":
          state.total = (data as { total: number }).total;
          break;
        case "case": {
          const test = data as TestCase;
          this.cases.set(test.id, test);
          state.ended += test.status === "running" ? 0 : 1;
          break;
        }
        case "result":
          this.stop?.();
          this.stop = null;
          this.running = null;
          this.take(data as TestRun);
      }
      this.events.changed();
    });
  }

  private take(run: TestRun): void {
    this.last = run;
    if (!run.filter?.length) {
      this.cases.clear();
    }
    for (const test of run.cases) {
      this.cases.set(test.id, test);
    }
  }
}
