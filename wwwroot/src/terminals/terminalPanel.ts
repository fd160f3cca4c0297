// Terminals as tabs of the bottom panel. They outlive the page: one that is loaded anew takes them up again.
import "@xterm/xterm/css/xterm.css";
import { workspaceId } from "../shell/api";
import { byId, h, icon, iconButton } from "../shell/dom";
import { currentPanel, isShown, onPanel, onResize } from "../shell/frame";
import { onTheme } from "../shell/theme";
import { Session } from "./session";
import { TerminalHub } from "./terminalHub";

interface Kept {
  id: string;
  title: string;
  /** The one in front. */
  active: boolean;
}

// Of this browser tab, beyond a reload: two tabs on one workspace have terminals of their own.
const keptKey = `codex.terminals.${workspaceId}`;

export class TerminalPanel {
  private readonly panel = byId("panel-terminal");
  private readonly stage = h("div", { class: "terminal-stage" });
  private readonly line = h("div", { class: "terminal-line", title: "Reconnecting", role: "status", "aria-label": "The terminal is reconnecting", hidden: true });
  private readonly tools = document.querySelector<HTMLElement>(".panel-tools")!;
  private readonly tabs = h("div", { class: "terminal-tabs", role: "group", "aria-label": "Terminals" });
  private readonly sessions: Session[] = [];
  private active: Session | undefined;
  private counter = 0;
  private restoring: Promise<void> | undefined;
  private readonly hub = new TerminalHub((connected) => (this.line.hidden = connected));

  constructor() {
    this.panel.append(this.line, this.stage);
    onTheme((theme) => this.sessions.forEach((session) => session.theme(theme)));
    onResize(() => this.fit());
    new ResizeObserver(() => this.fit()).observe(this.stage);
    onPanel((panel) => (panel === "terminal" ? this.shown() : this.tools.replaceChildren()));
  }

  /** The panel came into view: there is a shell at once, an earlier one if there is. */
  shown(focus = true): void {
    if (this.sessions.length > 0) {
      this.draw();
      this.fit();
      if (focus) {
        this.active?.focus();
      }
      return;
    }
    this.restoring ??= this.restore(focus ? document.activeElement : null).finally(() => {
      this.restoring = undefined;
      this.draw();
    });
    this.draw();
  }

  async add(focus = true): Promise<void> {
    await this.restoring;
    const session = this.place(`bash ${++this.counter}`);
    if (focus) {
      session.focus();
    }
    await session.open();
  }

  /** `from`: what had the keys when this was asked for. It takes a moment, and whoever went on to type elsewhere keeps them; null: they stay where they are. */
  private async restore(from: Element | null): Promise<void> {
    const kept = JSON.parse(sessionStorage.getItem(keptKey) ?? "[]") as Kept[];
    // What this page had, even if the server has not yet noticed that it went; and what nobody has.
    const there = await this.hub.list().catch(() => []);
    const mine = [...kept.filter((one) => there.some((other) => other.terminalId === one.id)),
      ...there.filter((one) => !one.attached && !kept.some((other) => other.id === one.terminalId)).map((one) => ({ id: one.terminalId, title: "", active: false }))];
    for (const { id, title } of mine) {
      const session = this.place(title || `bash ${this.counter + 1}`);
      this.counter++;
      if (!(await session.attach(id))) {
        this.remove(session, false);
      }
    }
    // What another page left behind comes along, but not in front of what was looked at.
    const front = this.sessions.find(({ id }) => mine.some((one) => one.active && one.id === id)) ?? this.sessions[0];
    if (front) {
      this.choose(front);
    }
    // Ended meanwhile, or in the hands of another page: a number that is not used starts anew.
    this.counter = this.sessions.length;
    if (this.sessions.length === 0) {
      const session = this.place(`bash ${++this.counter}`);
      void session.open();
    }
    if (from !== null && [from, document.body, null].includes(document.activeElement)) {
      this.active?.focus();
    }
  }

  private place(title: string): Session {
    const session = new Session(title, this.hub, { changed: () => this.draw(), again: (ended) => this.again(ended) });
    this.sessions.push(session);
    this.stage.append(session.element);
    this.choose(session);
    session.draw();
    return session;
  }

  private again(ended: Session): void {
    this.remove(ended, true);
    void this.add();
  }

  private remove(session: Session, focus: boolean): void {
    const index = this.sessions.indexOf(session);
    session.dispose();
    this.sessions.splice(index, 1);
    if (this.active === session) {
      this.active = undefined;
      const next = this.sessions[Math.min(index, this.sessions.length - 1)];
      if (next) {
        this.choose(next);
        if (focus) {
          next.focus();
        }
      }
    }
    this.draw();
  }

  private choose(session: Session): void {
    this.active = session;
    this.sessions.forEach((item) => item.show(item === session));
    this.draw();
    this.fit();
  }

  private fit(): void {
    if (this.active && isShown("panel") && currentPanel() === "terminal" && this.stage.clientHeight > 20) {
      this.active.fit();
    }
  }

  private draw(): void {
    const kept: Kept[] = this.sessions.flatMap((session) => (session.id && !session.ended ? [{ id: session.id, title: session.title, active: session === this.active }] : []));
    if (!this.restoring) {
      sessionStorage.setItem(keptKey, JSON.stringify(kept));
    }
    if (currentPanel() !== "terminal") {
      return;
    }
    this.tabs.replaceChildren(...this.sessions.map((session) => h("span", { class: `terminal-tab${session === this.active ? " active" : ""}${session.ended ? " ended" : ""}` },
      h("button", { type: "button", "aria-pressed": String(session === this.active), title: session.ended ? "The shell has ended" : undefined, onclick: () => (this.choose(session), session.focus()) }, session.title),
      h("button", { type: "button", title: "Close", "aria-label": `Close ${session.title}`, onclick: () => this.remove(session, true) }, icon("close")))));
    const empty = this.sessions.length === 0 && !this.restoring;
    this.stage.querySelector(":scope > .empty")?.remove();
    if (empty) {
      this.stage.append(h("div", { class: "empty" }, icon("terminal"), h("p", {}, "No terminal is open."), h("button", { type: "button", class: "button", onclick: () => void this.add() }, "New terminal")));
    }
    this.tools.replaceChildren(this.tabs, iconButton("add", "New terminal", () => void this.add()));
  }
}
