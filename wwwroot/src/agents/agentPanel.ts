// The agent panel: follows one task by its events and draws it; asks the server for everything that a button means.
import { getJson, postJson, workspaceId, workspaceUrl } from "../shell/api";
import { follow } from "../shell/events";
import { ago, byId, duration, h, icon, iconButton, remember, remembered } from "../shell/dom";
import { show } from "../shell/frame";
import { fail } from "../shell/overlays";
import { setStatus } from "../shell/status";
import { approvalCard, hunkCard, otherTaskCard, outcomeCard, waitingCard } from "./cards";
import { Composer, type Wish } from "./composer";
import { Review } from "./review";
import { isOver, stateClass, stateIcon, stateWords, type AgentTask, type Item } from "./task";
import { Timeline } from "./timeline";

const quietAfter = 5000;

export interface AgentHost {
  openFile: (path: string) => void;
  reviewed: () => void;
  failingTests: () => number;
}

export class AgentPanel {
  private readonly timeline: Timeline;
  private readonly composer: Composer;
  private readonly tools = byId("agent-tools");
  private readonly stateLine = h("div", { class: "task-state", hidden: true });
  private task: AgentTask | null = null;
  private other: AgentTask | null = null;
  private review: Review | null = null;
  private stop: (() => void) | null = null;
  private lastEvent = Date.now();
  private connected = true;
  private starting = false;

  constructor(private readonly host: AgentHost) {
    this.timeline = new Timeline(byId("timeline"), host.openFile);
    this.composer = new Composer((wish) => this.send(wish));
    byId("timeline").before(this.stateLine);
    window.setInterval(() => this.drawState(), 1000);
  }

  async start(): Promise<void> {
    void this.composer.loadModels();
    const last = remembered<string | null>(`task.${workspaceId}`, null);
    try {
      const tasks = await this.list(20);
      const chosen = tasks.find((task) => !isOver(task)) ?? tasks.find((task) => task.id === last);
      chosen ? this.follow(chosen) : this.drawEmpty(tasks);
    } catch {
      this.drawEmpty([]);
    }
  }

  focus(): void {
    show("agent", true);
    this.composer.focus();
  }

  async fixTests(): Promise<void> {
    await this.create({ kind: "fix", prompt: "" });
  }

  /** A task of this workspace changed, here, in another tab or on a phone. */
  taskChanged(data: unknown): void {
    const task = data as AgentTask;
    if (!task?.id || task.workspace !== workspaceId) {
      return;
    }
    if (task.id === this.task?.id) {
      if (this.stop === null && !isOver(task)) {
        this.follow(task);
      } else if (isOver(task) && this.review?.hunks) {
        void this.review.load().catch(() => undefined);
      } else if (!isOver(this.task) && task.state === this.task.state) {
        // What it does now changes with every step, also those that its own events do not name.
        this.task.now = task.now;
        this.drawState();
      }
    } else if (!isOver(task) && (!this.task || (isOver(this.task) && (this.review?.isDone ?? true)))) {
      this.follow(task);
    } else if (!isOver(task) || this.other?.id === task.id) {
      this.other = isOver(task) ? null : task;
      this.drawCards();
    }
  }

  private list = async (limit: number) => (await getJson<{ items: AgentTask[] }>(`/api/v1/tasks?workspace=${workspaceId}&limit=${limit}`)).items;

  private async send(wish: Wish): Promise<boolean> {
    if (!this.task || isOver(this.task)) {
      return !this.composer.needsWords(wish) && this.create(wish);
    }
    if (wish.prompt === "") {
      return false;
    }
    try {
      await postJson(`/api/v1/tasks/${this.task.id}/messages`, { text: wish.prompt });
      return true;
    } catch (error) {
      fail("The message was not sent.", error);
      return false;
    }
  }

  private async create(wish: Wish): Promise<boolean> {
    if (this.starting) {
      return false;
    }
    this.starting = true;
    show("agent", true);
    try {
      this.follow(await postJson<AgentTask>(workspaceUrl("/tasks"), this.composer.request(wish)));
      return true;
    } catch (error) {
      fail("The task was not started.", error);
      return false;
    } finally {
      this.starting = false;
    }
  }

  private follow(task: AgentTask): void {
    this.stop?.();
    this.task = task;
    this.other = this.other?.id === task.id ? null : this.other;
    const review = new Review(task.id, () => this.review === review && this.drawCards(), () => this.host.reviewed());
    this.review = review;
    this.lastEvent = Date.now();
    remember(`task.${workspaceId}`, task.id);
    this.timeline.reset();
    this.draw();
    this.stop = follow("tasks", task.id, (name, data) => this.task?.id === task.id && this.happened(name, data), (open) => {
      this.connected = open;
      this.drawState();
    });
  }

  private happened(name: string, data: unknown): void {
    this.lastEvent = Date.now();
    this.connected = true;
    if (name.startsWith("item.")) {
      this.timeline.draw(data as Item);
    } else if (name.startsWith("thread.")) {
      this.task = data as AgentTask;
      // An earlier turn's end is followed by the next turn: only the last end closes.
      if (isOver(this.task)) {
        void this.ended(this.task);
      }
      this.draw();
    }
  }

  /** An end: is it the last? The log may go on with a turn that somebody asked for later. */
  private async ended(seen: AgentTask): Promise<void> {
    try {
      const now = await getJson<AgentTask>(`/api/v1/tasks/${seen.id}`);
      if (this.task?.id !== seen.id || !isOver(now)) {
        return;
      }
      if (now.lastEvent === seen.lastEvent) {
        this.stop?.();
        this.stop = null;
        this.task = now;
        this.draw();
      }
      await this.review?.load();
    } catch {
      // The state line shows the age of the last event; the stream comes back by itself.
    }
  }

  private draw(): void {
    this.drawState();
    this.drawTools();
    this.drawCards();
    this.composer.steers(this.task !== null && !isOver(this.task));
  }

  private drawTools(): void {
    const task = this.task;
    const tool = (label: string, name: string, act: "cancel" | "pause" | "resume") => h("button", { type: "button", class: "button small", onclick: () => void this.act(act) }, icon(name), label);
    const tools: Node[] = [];
    if (task && !isOver(task)) {
      if (task.state === "paused" || task.state === "interrupted") {
        tools.push(tool("Resume", "run", "resume"));
      } else if (task.state === "running") {
        tools.push(tool("Pause", "clock", "pause"));
      }
      tools.push(tool("Cancel", "stop", "cancel"));
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
    const live = task.state === "running" || task.state === "queued";
    const quiet = Date.now() - this.lastEvent;
    const age = live && quiet > quietAfter ? quiet : null;
    const now = live && task.now && task.now !== task.state ? ` · ${task.now}` : "";
    const text = `${stateWords[task.state] ?? task.state}${age ? ` · no news for ${duration(age)}` : now}${!this.connected && !isOver(task) ? " · reconnecting" : ""}`;
    if (this.stateLine.dataset.text !== text + task.title) {
      this.stateLine.dataset.text = text + task.title;
      this.stateLine.replaceChildren(icon(stateIcon(task), stateClass(task)), h("span", { class: "title", title: task.title }, task.title), h("span", { class: "now", role: "status", title: text }, text));
    }
    this.timeline.drawAge(age);
    setStatus("task", isOver(task) ? null : { text: `Agent: ${stateWords[task.state]!.toLowerCase()}`, icon: "agent", command: "view.agent.show", className: task.state === "waitingForApproval" ? "is-warning" : "agent-tint" });
  }

  private drawCards(): void {
    const { task, review, other } = this;
    if (!task || !review) {
      return;
    }
    const cards: Node[] = (task.pendingApprovals ?? []).map((approval) => approvalCard(approval, (decision, always) => void this.decide(approval.id, approval.actionHash, decision, always)));
    if (isOver(task)) {
      cards.push(outcomeCard(task, review.hunks, review.open, {
        acceptAll: () => void review.acceptAll(), undo: () => void review.undo(), review: () => ((review.open = !review.open), this.drawCards()), resume: () => void this.act("resume"),
      }));
      if (review.open) {
        cards.push(...(review.hunks ?? []).map((hunk) => hunkCard(hunk, { open: this.host.openFile, accept: (one) => void review.accept(one), reject: (one) => void review.reject(one) })));
      }
    } else if (task.state === "interrupted" || task.state === "paused") {
      cards.push(waitingCard(task, () => void this.act("resume")));
    }
    if (other) {
      cards.push(otherTaskCard(other, () => this.follow(other)));
    }
    this.timeline.drawCards(cards);
  }

  private async decide(approval: string, actionHash: string, decision: "allow" | "deny", always: boolean): Promise<void> {
    try {
      this.task = await postJson<AgentTask>(`/api/v1/tasks/${this.task!.id}/approvals/${approval}`, { decision, always, actionHash });
      this.task.pendingApprovals = this.task.pendingApprovals?.filter((waiting) => waiting.id !== approval);
      this.draw();
    } catch (error) {
      fail("The decision was not saved.", error);
    }
  }

  private async act(what: "cancel" | "resume" | "pause"): Promise<void> {
    const id = this.task!.id;
    try {
      const task = await postJson<AgentTask>(`/api/v1/tasks/${id}/${what}`);
      if (this.task?.id === id) {
        if (this.stop === null) {
          this.follow(task);
        } else {
          this.task = task;
          this.draw();
        }
      }
    } catch (error) {
      fail(`Could not ${what} the task.`, error);
    }
  }

  private fresh(): void {
    this.stop?.();
    this.stop = null;
    this.task = null;
    this.review = null;
    remember(`task.${workspaceId}`, null);
    this.draw();
    this.drawEmpty([]);
    this.composer.focus();
  }

  private async showTasks(): Promise<void> {
    try {
      const tasks = await this.list(50);
      this.fresh();
      this.drawEmpty(tasks);
    } catch (error) {
      fail("The tasks could not be loaded.", error);
    }
  }

  private drawEmpty(tasks: AgentTask[]): void {
    this.drawTools();
    const failing = this.host.failingTests();
    this.timeline.replaceAll(
      h("div", { class: `empty${tasks.length ? " above-list" : ""}` }, icon("agent", "agent-tint"), h("p", {}, "The agent edits in the same files as you, runs the tests, and shows every step. You review the result."),
        h("button", { type: "button", class: "button", "data-command": "agent.fix" }, icon("tests"), failing ? `Fix ${failing} failing ${failing === 1 ? "test" : "tests"}` : "Fix failing tests")),
      tasks.length ? h("div", { class: "task-list" }, h("p", { class: "muted" }, "Earlier tasks"), ...tasks.map((task) =>
        h("button", { type: "button", class: "task-row", onclick: () => this.follow(task) }, icon(stateIcon(task), stateClass(task)), h("span", { class: "what" }, task.title),
          h("time", { class: "muted", title: new Date(task.updatedAt).toLocaleString() }, ago(task.updatedAt))))) : "");
  }
}
