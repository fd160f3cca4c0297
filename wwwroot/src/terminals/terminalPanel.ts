// Terminals as tabs of the bottom panel.
import { FitAddon } from "@xterm/addon-fit";
import { WebLinksAddon } from "@xterm/addon-web-links";
import { Terminal } from "@xterm/xterm";
import "@xterm/xterm/css/xterm.css";
import { byId, h, icon, iconButton } from "../shell/dom";
import { isShown, onPanel, onResize, currentPanel } from "../shell/frame";
import { currentTheme, onTheme, terminalTheme } from "../shell/theme";
import { settings } from "../editor/settings";
import { TerminalHub } from "./terminalHub";

interface Session {
  title: string;
  id: string | null;
  terminal: Terminal;
  fit: FitAddon;
  host: HTMLElement;
  ended: boolean;
}

export class TerminalPanel {
  private readonly panel = byId("panel-terminal");
  private readonly stage = h("div", { class: "terminal-stage" });
  private readonly line = h("div", { class: "terminal-line", title: "Reconnecting", role: "status", "aria-label": "The terminal is reconnecting", hidden: true });
  private readonly tools = document.querySelector<HTMLElement>(".panel-tools")!;
  private readonly tabs = h("div", { class: "terminal-tabs" });
  private readonly sessions: Session[] = [];
  private active: Session | undefined;
  private counter = 0;
  private readonly hub = new TerminalHub((connected) => (this.line.hidden = connected));

  constructor() {
    this.panel.append(this.line, this.stage);
    onTheme((theme) => this.sessions.forEach((session) => (session.terminal.options.theme = terminalTheme(theme))));
    onResize(() => this.fit());
    new ResizeObserver(() => this.fit()).observe(this.stage);
    onPanel((panel) => (panel === "terminal" ? this.shown() : this.tools.replaceChildren()));
    this.draw();
  }

  /** The panel came into view: there is a shell at once. */
  shown(focus = true): void {
    this.draw();
    if (this.sessions.length === 0) {
      void this.add(focus);
    } else {
      this.fit();
      if (focus) {
        this.active?.terminal.focus();
      }
    }
  }

  async add(focus = true): Promise<void> {
    const terminal = new Terminal({
      fontFamily: '"JetBrains Mono", ui-monospace, "DejaVu Sans Mono", monospace', fontSize: settings().fontSize, lineHeight: 1.3, theme: terminalTheme(currentTheme()), cursorBlink: true,
      scrollback: 10000, allowProposedApi: false, macOptionIsMeta: true, screenReaderMode: false, minimumContrastRatio: 4.5,
    });
    const fit = new FitAddon();
    terminal.loadAddon(fit);
    terminal.loadAddon(new WebLinksAddon((event, address) => (event.ctrlKey || event.metaKey) && window.open(address, "_blank", "noopener,noreferrer")));
    const host = h("div", { class: "terminal-host" });
    const session: Session = { title: `bash ${++this.counter}`, id: null, terminal, fit, host, ended: false };
    this.sessions.push(session);
    this.stage.append(host);
    this.choose(session);
    terminal.open(host);
    fit.fit();
    terminal.attachCustomKeyEventHandler((event) => this.key(event, terminal));
    terminal.onTitleChange((title) => {
      session.title = title.slice(0, 40) || session.title;
      this.draw();
    });
    const encoder = new TextEncoder();
    terminal.onData((text) => session.id && this.hub.input(session.id, encoder.encode(text)));
    terminal.onBinary((text) => session.id && this.hub.input(session.id, Uint8Array.from(text, (unit) => unit.charCodeAt(0))));
    terminal.onResize(({ cols, rows }) => session.id && this.hub.resize(session.id, cols, rows));
    if (focus) {
      terminal.focus();
    }
    try {
      session.id = await this.hub.open(terminal.cols, terminal.rows, {
        output: (offset, bytes) => terminal.write(bytes, () => session.id && this.hub.acknowledge(session.id, offset)),
        exited: (code) => this.ended(session, code === null ? "The shell has ended." : `The shell ended with ${code}.`),
      });
      this.hub.resize(session.id, terminal.cols, terminal.rows);
    } catch (error) {
      this.ended(session, error instanceof Error ? error.message : String(error));
    }
  }

  private ended(session: Session, text: string): void {
    session.ended = true;
    session.terminal.write(`\r\n\x1b[2m${text} Press Enter for a new one.\x1b[0m\r\n`);
    const listener = session.terminal.onData((data) => {
      if (data === "\r") {
        listener.dispose();
        this.remove(session);
        void this.add();
      }
    });
  }

  private remove(session: Session): void {
    if (session.id) {
      this.hub.close(session.id);
    }
    session.terminal.dispose();
    session.host.remove();
    this.sessions.splice(this.sessions.indexOf(session), 1);
    if (this.active === session) {
      this.active = undefined;
      const next = this.sessions[this.sessions.length - 1];
      if (next) {
        this.choose(next);
      }
    }
    this.draw();
  }

  private choose(session: Session): void {
    this.active = session;
    for (const item of this.sessions) {
      item.host.style.visibility = item === session ? "visible" : "hidden";
    }
    this.draw();
    this.fit();
  }

  private fit(): void {
    if (this.active && isShown("panel") && currentPanel() === "terminal" && this.stage.clientHeight > 20) {
      this.active.fit.fit();
    }
  }

  private key(event: KeyboardEvent, terminal: Terminal): boolean {
    if (event.type !== "keydown") {
      return true;
    }
    const control = event.ctrlKey || event.metaKey;
    if (control && event.key.toLowerCase() === "c" && (event.shiftKey || (terminal.hasSelection() && !event.altKey))) {
      event.preventDefault();
      void navigator.clipboard.writeText(terminal.getSelection());
      terminal.clearSelection();
      return false;
    }
    if (control && event.key.toLowerCase() === "v") {
      // The browser's own paste event brings the text.
      return false;
    }
    return true;
  }

  private draw(): void {
    if (currentPanel() !== "terminal") {
      return;
    }
    this.tabs.replaceChildren(...this.sessions.map((session) => h("span", { class: `terminal-tab${session === this.active ? " active" : ""}` },
      h("button", { type: "button", "aria-pressed": String(session === this.active), onclick: () => (this.choose(session), session.terminal.focus()) }, session.title),
      h("button", { type: "button", title: "Close", "aria-label": `Close ${session.title}`, onclick: () => this.remove(session) }, icon("close")))));
    this.tools.replaceChildren(this.tabs, iconButton("add", "New terminal", () => void this.add()));
  }
}
