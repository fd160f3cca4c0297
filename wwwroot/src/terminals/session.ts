// One terminal on screen: xterm, its keys and clipboard, and the shell behind it.
import { FitAddon } from "@xterm/addon-fit";
import { WebLinksAddon } from "@xterm/addon-web-links";
import { Terminal } from "@xterm/xterm";
import { settings } from "../editor/settings";
import { h, icon } from "../shell/dom";
import { fontsLoaded, monospaced } from "../shell/fonts";
import { holdForThisPage } from "../shell/locks";
import { shown } from "../shell/names";
import { currentTheme, terminalTheme, type ThemeName } from "../shell/theme";
import type { TerminalHub, TerminalSink } from "./terminalHub";

const longestTitle = 40;

const lockOf = (id: string) => `terminal-${id}`;

export interface SessionHost {
  /** The title changed, the shell ended, another id. */
  changed: () => void;
  /** Instead of this one. */
  again: (session: Session) => void;
}

export class Session {
  id: string | null = null;
  ended = false;
  readonly element = h("div", { class: "terminal-host" });
  private readonly terminal: Terminal;
  private readonly fitting = new FitAddon();
  private readonly encoder = new TextEncoder();
  /** Up to this offset the output is what an earlier page has seen: programs that ask the terminal something have had their answer. */
  private replayedTo = Infinity;
  private replaying = false;
  /** Up to this offset the output is on screen. */
  private written = 0;
  /** Typed before there was a shell to type into. */
  private readonly early: Uint8Array[] = [];

  constructor(public title: string, private readonly hub: TerminalHub, private readonly host: SessionHost) {
    this.terminal = new Terminal({
      fontFamily: monospaced, fontSize: settings().fontSize, lineHeight: 1.3, theme: terminalTheme(currentTheme()), cursorBlink: true,
      scrollback: 10000, allowProposedApi: false, macOptionIsMeta: true, screenReaderMode: false, minimumContrastRatio: 4.5,
    });
    this.terminal.loadAddon(this.fitting);
    this.terminal.loadAddon(new WebLinksAddon((event, address) => (event.ctrlKey || event.metaKey) && window.open(address, "_blank", "noopener,noreferrer")));
  }

  /** Brings it into the page; its element has to be there already. */
  draw(): void {
    this.terminal.open(this.element);
    this.fitting.fit();
    this.terminal.attachCustomKeyEventHandler((event) => this.key(event));
    this.terminal.onTitleChange((title) => {
      this.title = shown(title.slice(0, longestTitle)) || this.title;
      this.host.changed();
    });
    this.terminal.onData((text) => this.input(this.encoder.encode(text)));
    this.terminal.onBinary((text) => this.input(Uint8Array.from(text, (unit) => unit.charCodeAt(0))));
    this.terminal.onResize(({ cols, rows }) => this.id && this.hub.resize(this.id, cols, rows));
    void fontsLoaded.then(() => this.measure());
  }

  /** Takes the widths of characters anew; xterm keeps those of a family until its name changes. */
  private measure(): void {
    if (this.element.isConnected) {
      this.terminal.options.fontFamily = "monospace";
      this.terminal.options.fontFamily = monospaced;
      if (this.element.clientHeight > 0) {
        this.fitting.fit();
      }
    }
  }

  async open(): Promise<void> {
    try {
      this.id = await this.hub.open(this.terminal.cols, this.terminal.rows);
      this.early.splice(0).forEach((bytes) => this.input(bytes));
      void holdForThisPage(lockOf(this.id));
      await this.hub.listen(this.id, this.sink());
      this.hub.resize(this.id, this.terminal.cols, this.terminal.rows);
      this.host.changed();
    } catch (error) {
      this.refused(error);
    }
  }

  /** Takes up the shell of an earlier page; false when it has ended, or another page has it, as a copy of this one would. */
  async attach(id: string): Promise<boolean> {
    if (!(await holdForThisPage(lockOf(id)))) {
      return false;
    }
    this.id = id;
    this.replaying = true;
    const end = await this.hub.attach(id, this.sink()).catch(() => null);
    if (end === null) {
      this.id = null;
      return false;
    }
    // All of the replay may be on screen before its end is known.
    this.replayedTo = end;
    this.replaying = this.written < end;
    // A program that fills the screen draws it anew.
    this.hub.resize(id, this.terminal.cols, Math.max(1, this.terminal.rows - 1));
    this.hub.resize(id, this.terminal.cols, this.terminal.rows);
    return true;
  }

  focus(): void {
    this.terminal.focus();
  }

  fit(): void {
    this.fitting.fit();
  }

  show(visible: boolean): void {
    this.element.style.visibility = visible ? "visible" : "hidden";
  }

  theme(theme: ThemeName): void {
    this.terminal.options.theme = terminalTheme(theme);
  }

  dispose(): void {
    if (this.id && !this.ended) {
      this.hub.close(this.id);
    }
    this.terminal.dispose();
    this.element.remove();
  }

  private input(bytes: Uint8Array): void {
    if (this.ended || this.replaying) {
      return;
    }
    if (this.id) {
      this.hub.input(this.id, bytes);
    } else {
      this.early.push(bytes);
    }
  }

  private sink(): TerminalSink {
    return {
      output: (offset, bytes) => this.terminal.write(bytes, () => {
        this.written = offset;
        this.replaying = this.replaying && offset < this.replayedTo;
        if (this.id) {
          this.hub.acknowledge(this.id, offset);
        }
      }),
      exited: (code) => this.exited(code === null ? "The shell has ended." : `The shell ended with ${code}.`),
    };
  }

  private exited(text: string): void {
    this.ended = true;
    this.replaying = false;
    const full = this.terminal.buffer.active.type === "alternate" ? "\x1b[?1049l" : "";
    this.terminal.write(`${full}\x1b[?25h\x1b[0m\r\n\x1b[2m${text} Press Enter for a new one.\x1b[0m\r\n`);
    const listener = this.terminal.onData((data) => {
      if (data === "\r") {
        listener.dispose();
        this.host.again(this);
      }
    });
    this.host.changed();
  }

  /** There is no shell: says why, and what to do. */
  private refused(error: unknown): void {
    this.ended = true;
    this.element.replaceChildren(h("div", { class: "empty" }, icon("warning"), h("p", {}, error instanceof Error ? error.message : String(error)),
      h("button", { type: "button", class: "button", onclick: () => this.host.again(this) }, "Try again")));
    this.host.changed();
  }

  private key(event: KeyboardEvent): boolean {
    if (event.type !== "keydown") {
      return true;
    }
    const control = event.ctrlKey || event.metaKey;
    const key = event.key.toLowerCase();
    if (control && key === "c" && (event.shiftKey || (this.terminal.hasSelection() && !event.altKey))) {
      event.preventDefault();
      void navigator.clipboard.writeText(this.terminal.getSelection());
      this.terminal.clearSelection();
      return false;
    }
    // The browser's own paste event brings the text. A program that fills the screen has a meaning of its own for Ctrl+V; Ctrl+Shift+V pastes there too.
    return !(control && key === "v" && (event.shiftKey || this.terminal.buffer.active.type === "normal"));
  }
}
