// The agent panel: a task's timeline from its events, approvals, the outcome with its review, and the composer.
import { ApiError, follow, getJson, postJson, workspaceId, workspaceUrl } from "../shell/api";
import { ago, byId, duration, h, icon, iconButton, remember, remembered } from "../shell/dom";
import { show } from "../shell/frame";
import { fail, toast } from "../shell/overlays";
import { setStatus } from "../shell/status";
import type { TestRun } from "../executions/testRun";
import { diffView, rowOf } from "./rows";
import { isOver, outcomeWords, stateClass, stateIcon, stateWords, type AgentTask, type Approval, type Hunk, type Item } from "./task";

const eventNames = ["thread.started", "turn.started", "item.started", "item.updated", "item.completed", "approval.requested", "approval.resolved", "turn.completed", "turn.failed", "thread.completed"];

export interface AgentHost {
  openFile: (path: string) => void;
  testRun: (run: TestRun) => void;
  reviewed: () => void;
  /** The agent changed a file. */
  edited: (item: Item) => void;
  failingTests: () => number;
}

export class AgentPanel {
  private readonly timeline = byId("timeline");
  private readonly composer = byId<HTMLFormElement>("composer");
  private readonly text = byId<HTMLTextAreaElement>("composer-text");
  private readonly tools = byId("agent-tools");
  private readonly stateLine = h("div", { class: "task-state", hidden: true });
  private readonly rows = h("div", { style: "display:contents" });
  private readonly cards = h("div", { style: "display:contents" });
  private task: AgentTask | null = null;
  private items = new Map<string, Item>();
  private approvals = new Map<string, Approval>();
  private hunks: Hunk[] | null = null;
  private stop: (() => void) | null = null;
  private lastEvent = Date.now();
  private connected = true;
  private busy = false;

  constructor(private readonly host: AgentHost) {
    this.timeline.before(this.stateLine);
    this.wireComposer();
    window.setInterval(() => this.drawState(), 1000);
  }

  async start(): Promise<void> {
    void this.loadModels();
    const last = remembered<string | null>(`task.${workspaceId}`, null);
    try {
      const tasks = (await getJson<{ items: AgentTask[] }>(`/api/v1/tasks?workspace=${workspaceId}&limit=20`)).items;
      const live = tasks.find((task) => !isOver(task));
      const chosen = live ?? tasks.find((task) => task.id === last);
      if (chosen) {
        this.follow(chosen);
      } else {
        this.drawEmpty(tasks);
      }
    } catch {
      this.drawEmpty([]);
    }
  }

  focus(): void {
    show("agent", true);
    this.text.focus();
  }

  async fixTests(): Promise<void> {
    await this.create("fix", "");
  }

  async create(kind: string, prompt: string): Promise<void> {
    if (this.busy) {
      return;
    }
    this.busy = true;
    show("agent", true);
    try {
      const body: Record<string, unknown> = { kind, mode: byId<HTMLSelectElement>("composer-mode").value, checkout: "live" };
      if (prompt) {
        body.prompt = prompt;
      }
      const model = byId<HTMLSelectElement>("composer-model").value;
      if (model) {
        body.model = model;
      }
      this.follow(await postJson<AgentTask>(workspaceUrl("/tasks"), body));
      this.text.value = "";
      this.grow();
    } catch (error) {
      fail("The task was not started.", error);
    } finally {
      this.busy = false;
    }
  }

  /** The task of another tab or the phone changed. */
  taskChanged(data: unknown): void {
    const id = (data as { id?: string; task?: string } | null)?.id ?? (data as { task?: string } | null)?.task;
    if (!this.task && id) {
      void getJson<AgentTask>(`/api/v1/tasks/${id}`).then((task) => !this.task && !isOver(task) && this.follow(task)).catch(() => undefined);
    }
  }

  private follow(task: AgentTask): void {
    this.stop?.();
    this.task = task;
    this.items.clear();
    this.approvals = new Map((task.pendingApprovals ?? []).map((approval) => [approval.id, approval]));
    this.hunks = null;
    this.lastEvent = Date.now();
    remember(`task.${workspaceId}`, task.id);
    this.timeline.replaceChildren(this.rows, this.cards);
    this.rows.replaceChildren();
    this.cards.replaceChildren();
    this.draw();
    this.stop = follow(`/api/v1/tasks/${task.id}/events`, eventNames, (name, data) => this.happened(name, data as Record<string, unknown>), (open) => {
      this.connected = open;
      // The stream of an ended task ends; the browser would open it again for ever.
      if (!open && this.task && isOver(this.task)) {
        this.stop?.();
      }
      this.drawState();
    });
  }

  private happened(name: string, data: Record<string, unknown>): void {
    this.lastEvent = Date.now();
    this.connected = true;
    if (name.startsWith("item.")) {
      const item = data as unknown as Item;
      const before = this.items.get(item.id);
      this.items.set(item.id, item);
      this.drawItem(item);
      // What a finished task once saw is history, not the state of the tests.
      if (item.type === "testRun" && item.testRun && !before?.testRun && !isOver(this.task!)) {
        this.host.testRun(item.testRun);
      }
      if (item.type === "fileChange" && name === "item.completed") {
        this.host.edited(item);
      }
    } else if (name === "approval.requested") {
      const approval = data as unknown as Approval;
      this.approvals.set(approval.id, approval);
      this.drawCards();
    } else if (name === "approval.resolved") {
      this.approvals.delete(String(data.id));
      this.drawCards();
    } else {
      void this.reload();
      if (name.startsWith("thread.") && "state" in data) {
        this.task = { ...this.task!, ...(data as unknown as AgentTask) };
      }
      if (name === "thread.completed") {
        this.stop?.();
      }
      this.draw();
    }
  }

  private async reload(): Promise<void> {
    const id = this.task?.id;
    try {
      const task = await getJson<AgentTask>(`/api/v1/tasks/${id}`);
      if (this.task?.id !== id) {
        return;
      }
      this.task = task;
      this.approvals = new Map((task.pendingApprovals ?? []).map((approval) => [approval.id, approval]));
      if (isOver(task) && this.hunks === null) {
        this.hunks = (await getJson<{ hunks: Hunk[] }>(`/api/v1/tasks/${id}/diff`)).hunks;
      }
      this.draw();
    } catch {
      // The state line shows the age of the last event; the next event loads again.
    }
  }

  private draw(): void {
    this.drawState();
    this.drawTools();
    this.drawCards();
    this.text.placeholder = this.task && !isOver(this.task) ? "Tell the agent something while it works" : "Describe a change, or ask about the code";
  }

  private drawTools(): void {
    const task = this.task;
    const tools: Node[] = [];
    if (task && !isOver(task)) {
      if (task.state === "paused" || task.state === "interrupted") {
        tools.push(h("button", { type: "button", class: "button small", onclick: () => void this.act("resume") }, icon("run"), "Resume"));
      }
      tools.push(h("button", { type: "button", class: "button small", onclick: () => void this.act("cancel") }, icon("stop"), "Cancel"));
    }
    if (task) {
      tools.push(iconButton("tasks", "Earlier tasks", () => void this.showTasks()), iconButton("add", "New task", () => this.fresh()));
    }
    this.tools.replaceChildren(...tools);
  }

  private drawState(): void {
    const task = this.task;
    this.stateLine.hidden = !task;
    if (!task) {
      setStatus("task", null);
      return;
    }
    const quiet = (Date.now() - this.lastEvent) / 1000;
    const live = task.state === "running" || task.state === "queued";
    const age = live && quiet > 5 ? ` · last news ${duration(quiet * 1000)} ago` : "";
    const text = `${stateWords[task.state] ?? task.state}${live && task.now ? ` · ${task.now}` : ""}${age}${!this.connected && live ? " · reconnecting" : ""}`;
    if (this.stateLine.textContent !== text + task.title) {
      this.stateLine.replaceChildren(icon(stateIcon(task), stateClass(task)), h("span", { style: "color:var(--text);overflow:hidden;text-overflow:ellipsis;white-space:nowrap", title: task.title }, task.title), h("span", { class: "grow" }), h("span", { style: "white-space:nowrap" }, text));
    }
    setStatus("task", isOver(task) ? null : { text: stateWords[task.state]!, icon: "agent", command: "view.agent.show", className: task.state === "waitingForApproval" ? "is-warning" : "agent-tint" });
  }

  private drawItem(item: Item): void {
    const atEnd = this.timeline.scrollTop + this.timeline.clientHeight > this.timeline.scrollHeight - 60;
    const existing = this.rows.querySelector<HTMLElement>(`[data-item="${CSS.escape(item.id)}"]`);
    const row = rowOf(item, existing instanceof HTMLDetailsElement ? existing.open : false, this.host.openFile);
    if (existing) {
      existing.replaceWith(row);
    } else {
      this.rows.append(row);
    }
    if (atEnd) {
      this.timeline.scrollTop = this.timeline.scrollHeight;
    }
  }

  private drawCards(): void {
    const task = this.task;
    if (!task) {
      return;
    }
    const atEnd = this.timeline.scrollTop + this.timeline.clientHeight > this.timeline.scrollHeight - 60;
    const cards: Node[] = [...this.approvals.values()].map((approval) => this.approvalCard(approval));
    if (isOver(task)) {
      cards.push(this.outcomeCard(task));
      const pending = this.hunks?.filter((hunk) => hunk.state === "pending") ?? [];
      if (this.reviewing && this.hunks?.length) {
        cards.push(...this.hunks.map((hunk) => this.hunkCard(hunk)));
        if (pending.length === 0) {
          this.host.reviewed();
        }
      }
    } else if (task.state === "interrupted") {
      cards.push(h("div", { class: "agent-card approval" }, h("h3", {}, icon("warning", "is-warning"), "Interrupted"), h("p", { class: "muted" }, task.error ?? "The server was restarted while the task ran. Nothing that it did is lost."),
        h("div", { class: "actions" }, h("button", { type: "button", class: "button primary", onclick: () => void this.act("resume") }, "Resume"))));
    }
    this.cards.replaceChildren(...cards);
    if (atEnd) {
      this.timeline.scrollTop = this.timeline.scrollHeight;
    }
  }

  private reviewing = false;

  private outcomeCard(task: AgentTask): HTMLElement {
    const words = task.state === "completed" ? (outcomeWords[task.outcome?.kind ?? ""] ?? "Finished") : stateWords[task.state]!;
    const proof = task.outcome?.proof;
    const figures = (title: string, value: { total: number; passed: number; failed: number }) => h("span", { class: value.failed ? "is-failed" : "is-passed", style: "display:inline-flex;gap:4px;align-items:center" },
      icon(value.failed ? "failed" : "passed"), `${title}: ${value.failed ? `${value.failed} failed` : `${value.passed} passed`}`);
    const pending = this.hunks?.filter((hunk) => hunk.state === "pending").length ?? 0;
    const card = h("div", { class: "agent-card outcome" }, h("h3", {}, icon(stateIcon(task), stateClass(task)), words),
      h("div", { class: "text" }, task.outcome?.summary ?? task.error ?? ""),
      proof ? h("div", { class: "proof" }, figures("Before", proof.before), h("span", { class: "muted" }, "→"), figures("After", proof.after)) : null);
    if (this.hunks && this.hunks.length > 0) {
      card.append(h("div", { class: "actions" },
        pending ? h("button", { type: "button", class: "button primary", onclick: () => void this.decide("all") }, "Accept") : h("span", { class: "muted" }, "Everything is reviewed."),
        h("button", { type: "button", class: "button", "aria-expanded": String(this.reviewing), onclick: () => ((this.reviewing = !this.reviewing), this.drawCards()) }, `Review ${this.hunks.length} ${this.hunks.length === 1 ? "change" : "changes"}`),
        this.hunks.some((hunk) => hunk.state !== "rejected") ? h("button", { type: "button", class: "button", onclick: () => void this.decide("none") }, icon("undo"), "Undo") : null));
    }
    if (task.usage) {
      card.append(h("p", { class: "muted" }, `${duration(task.usage.seconds * 1000)}${task.usage.tokensIn + task.usage.tokensOut ? ` · ${(task.usage.tokensIn + task.usage.tokensOut).toLocaleString("en")} tokens` : ""}`));
    }
    return card;
  }

  private readonly keptHunks = new Set<string>();

  private hunkCard(hunk: Hunk): HTMLElement {
    const kept = hunk.state === "accepted" || this.keptHunks.has(hunk.id);
    const rejected = hunk.state === "rejected";
    return h("div", { class: `hunk-card ${kept ? "kept" : rejected ? "rejected" : ""}` },
      h("header", {}, h("button", { type: "button", class: "frame", style: "width:auto", onclick: () => this.host.openFile(hunk.path) }, h("b", {}, hunk.path)), rejected || hunk.state === "accepted"
        ? h("span", { class: rejected ? "is-failed" : "is-passed" }, rejected ? "Rejected" : "Accepted")
        : h("span", { class: "side-tools", style: "gap:6px" },
          h("button", { type: "button", class: "button small", "aria-label": `Accept this change in ${hunk.path}`, "aria-pressed": String(kept), onclick: () => void this.decideHunk(hunk, true) }, "Accept"),
          h("button", { type: "button", class: "button small danger", "aria-label": `Reject this change in ${hunk.path}`, onclick: () => void this.decideHunk(hunk, false) }, "Reject"))),
      diffView([hunk.header, ...hunk.lines]));
  }

  /** The API takes the list of what stays; the rest is taken back. One hunk is rejected by keeping all the others. */
  private async decideHunk(hunk: Hunk, accept: boolean): Promise<void> {
    const pending = this.hunks!.filter((item) => item.state === "pending");
    if (accept) {
      this.keptHunks.add(hunk.id);
      if (pending.every((item) => this.keptHunks.has(item.id))) {
        await this.decide("all");
      } else {
        this.drawCards();
      }
    } else {
      this.keptHunks.delete(hunk.id);
      await this.decide(this.hunks!.filter((item) => item.id !== hunk.id && item.state !== "rejected").map((item) => item.id));
    }
  }

  private async decide(accept: "all" | "none" | string[]): Promise<void> {
    try {
      await postJson(`/api/v1/tasks/${this.task!.id}/changes`, { accept });
      this.hunks = (await getJson<{ hunks: Hunk[] }>(`/api/v1/tasks/${this.task!.id}/diff`)).hunks;
      this.drawCards();
      this.host.reviewed();
      toast(accept === "all" ? "The changes are accepted." : accept === "none" ? "The changes are taken back. What others typed stays." : "The change is taken back.");
    } catch (error) {
      fail("The review was not saved.", error);
    }
  }

  private approvalCard(approval: Approval): HTMLElement {
    const decide = async (decision: "allow" | "deny", always: boolean) => {
      try {
        await postJson(`/api/v1/tasks/${this.task!.id}/approvals/${approval.id}`, { decision, always, actionHash: approval.actionHash });
        this.approvals.delete(approval.id);
        this.drawCards();
      } catch (error) {
        fail("The decision was not saved.", error);
      }
    };
    return h("div", { class: "agent-card approval", role: "group", "aria-label": "Approval" }, h("h3", {}, icon("approve", "is-warning"), "May the agent do this?"), h("pre", { class: "output", tabindex: "0" }, approval.action),
      h("p", { class: "muted" }, `Risk: ${approval.risk}.${approval.reason ? ` ${approval.reason}` : ""}`),
      h("div", { class: "actions" }, h("button", { type: "button", class: "button primary", onclick: () => void decide("allow", false) }, "Approve"), h("button", { type: "button", class: "button", onclick: () => void decide("deny", false) }, "Deny"),
        approval.always ? h("button", { type: "button", class: "button", title: approval.always, onclick: () => void decide("allow", true) }, "Always") : null),
      approval.always ? h("p", { class: "muted" }, `Always: ${approval.always}`) : null);
  }

  private async act(what: "cancel" | "resume" | "pause"): Promise<void> {
    try {
      const task = await postJson<AgentTask | undefined>(`/api/v1/tasks/${this.task!.id}/${what}`);
      if (what === "resume") {
        this.follow({ ...this.task!, ...(task ?? {}), state: "running" });
      } else {
        await this.reload();
      }
    } catch (error) {
      fail(`Could not ${what} the task.`, error);
    }
  }

  private fresh(): void {
    this.stop?.();
    this.task = null;
    remember(`task.${workspaceId}`, null);
    this.draw();
    this.drawTools();
    this.drawEmpty([]);
    this.text.focus();
  }

  private async showTasks(): Promise<void> {
    try {
      const tasks = (await getJson<{ items: AgentTask[] }>(`/api/v1/tasks?workspace=${workspaceId}&limit=50`)).items;
      this.fresh();
      this.drawEmpty(tasks);
    } catch (error) {
      fail("The tasks could not be loaded.", error);
    }
  }

  private drawEmpty(tasks: AgentTask[]): void {
    this.drawTools();
    const failing = this.host.failingTests();
    this.timeline.replaceChildren(h("div", { class: "empty", style: tasks.length ? "height:auto;padding-top:32px" : "" }, icon("agent", "agent-tint"), h("p", {}, "The agent edits in the same files as you, runs the tests, and shows every step. You review the result."),
      h("button", { type: "button", class: "button", "data-command": "agent.fix" }, icon("tests"), failing ? `Fix ${failing} failing tests` : "Fix failing tests")),
    tasks.length ? h("div", { class: "task-list" }, h("p", { class: "muted", style: "padding:4px 6px" }, "Earlier tasks"), ...tasks.map((task) =>
      h("button", { type: "button", class: "task-row", onclick: () => this.follow(task) }, icon(stateIcon(task), stateClass(task)), h("span", { class: "what", style: "flex:1;overflow:hidden;text-overflow:ellipsis;white-space:nowrap" }, task.title), h("time", { class: "muted", title: new Date(task.updatedAt).toLocaleString() }, ago(task.updatedAt))))) : "");
  }

  private async loadModels(): Promise<void> {
    try {
      const answer = await getJson<{ data: { id: string }[] }>("/v1/models");
      const select = byId<HTMLSelectElement>("composer-model");
      if (answer.data.length === 0) {
        return;
      }
      select.replaceChildren(...answer.data.map((model) => h("option", { value: model.id }, model.id)));
      setStatus("model", { text: select.value, title: "Model of the next task" });
      select.addEventListener("change", () => setStatus("model", { text: select.value, title: "Model of the next task" }));
    } catch {
      setStatus("model", null);
    }
  }

  private grow(): void {
    this.text.style.height = "auto";
    this.text.style.height = `${Math.min(200, this.text.scrollHeight)}px`;
  }

  private wireComposer(): void {
    this.text.addEventListener("input", () => this.grow());
    this.text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.composer.requestSubmit();
      }
    });
    this.composer.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.submit();
    });
    const mode = byId<HTMLSelectElement>("composer-mode");
    mode.value = remembered("mode", "auto");
    mode.addEventListener("change", () => remember("mode", mode.value));
  }

  private async submit(): Promise<void> {
    const text = this.text.value.trim();
    if (this.task && !isOver(this.task)) {
      if (!text) {
        return;
      }
      try {
        await postJson(`/api/v1/tasks/${this.task.id}/messages`, { text });
        this.text.value = "";
        this.grow();
      } catch (error) {
        if (error instanceof ApiError && error.status === 409) {
          await this.reload();
        }
        fail("The message was not sent.", error);
      }
      return;
    }
    const kind = byId<HTMLSelectElement>("composer-kind").value;
    if (text || !["change", "ask"].includes(kind)) {
      await this.create(kind, text);
    }
  }
}
