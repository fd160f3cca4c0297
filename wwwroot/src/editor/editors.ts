// Editor groups: tabs over one Monaco editor per group whose model is swapped; documents are shared between groups and closed with their last tab.
import type { editor } from "monaco-editor/editor/editor.api.js";
import { ApiError, encodePath, send, workspaceId, workspaceUrl } from "../shell/api";
import { byId, fileIcon, folderOf, h, icon, iconButton, nameOf, remember, remembered } from "../shell/dom";
import { run } from "../shell/commands";
import { fail, menu } from "../shell/overlays";
import { setStatus } from "../shell/status";
import { decodeText, hexView, pictureType, pictureView } from "./binaryView";
import type { SyncedDocument } from "./documentSync";
import type { Monaco } from "./monaco";
import { editorOptions } from "./settings";

export interface Place {
  line: number;
  column?: number;
}

export type OpenDocument = (monaco: Monaco, path: string) => Promise<SyncedDocument>;

interface Tab {
  path: string;
  /** A tab opened by one click is replaced by the next one. */
  preview: boolean;
  kind: "text" | "view" | "loading" | "error";
  document?: SyncedDocument;
  view?: HTMLElement;
  state?: editor.ICodeEditorViewState | null;
  element: HTMLElement;
  pending?: Place;
  mark?: boolean;
}

const editorsElement = byId("editors");

class Group {
  readonly tabs: Tab[] = [];
  active: Tab | undefined;
  editor: editor.IStandaloneCodeEditor | undefined;
  readonly element: HTMLElement;
  readonly strip = h("div", { class: "tabs-scroll", role: "tablist", "aria-label": "Open files" });
  readonly crumbs = h("div", { class: "crumbs" });
  readonly stage = h("div", { class: "stage" });
  readonly host = h("div", { class: "monaco-host" });
  detach: (() => void) | undefined;
  marks: editor.IEditorDecorationsCollection | undefined;

  constructor(readonly owner: Editors) {
    this.element = h("div", { class: "group" }, h("div", { class: "tabbar" }, this.strip, h("div", { class: "tab-tools" },
      iconButton("split", "Split the editor (Ctrl+\\)", () => owner.split(this)))), this.crumbs, this.stage);
    this.element.addEventListener("focusin", () => owner.focusGroup(this));
    this.element.addEventListener("pointerdown", () => owner.focusGroup(this));
    this.strip.addEventListener("wheel", (event) => (this.strip.scrollLeft += event.deltaY || event.deltaX), { passive: true });
  }
}

export class Editors {
  private groups: Group[] = [];
  private current!: Group;
  private readonly documents = new Map<string, Promise<SyncedDocument>>();
  private readonly ready = new Map<string, SyncedDocument>();
  private recentFiles: string[] = remembered<string[]>(`recent.${workspaceId}`, []);
  private readonly dirty = new Map<string, boolean>();
  private restoring = false;
  readonly shown = new Set<(path: string | null) => void>();

  constructor(private readonly monacoReady: Promise<Monaco>, private readonly openDocument: OpenDocument) {
    this.current = this.addGroup();
    this.drawStage(this.current);
  }

  get recent(): string[] {
    return this.recentFiles;
  }

  get activePath(): string | undefined {
    return this.current.active?.path;
  }

  get activeEditor(): editor.IStandaloneCodeEditor | undefined {
    return this.current.active?.kind === "text" ? this.current.editor : undefined;
  }

  get openPaths(): string[] {
    return [...new Set(this.groups.flatMap((group) => group.tabs.map((tab) => tab.path)))];
  }

  document(path: string): SyncedDocument | undefined {
    return this.ready.get(path);
  }

  /** Opens what was open last time in this workspace. */
  async restore(): Promise<void> {
    const kept = remembered<{ paths: string[]; active: string | null }[]>(`tabs.${workspaceId}`, []);
    this.restoring = true;
    for (const [index, state] of kept.slice(0, 3).entries()) {
      const group = index === 0 ? this.groups[0]! : this.addGroup();
      for (const path of state.paths) {
        this.addTab(group, path, false);
      }
    }
    this.restoring = false;
    for (const [index, state] of kept.slice(0, 3).entries()) {
      const group = this.groups[index]!;
      const tab = group.tabs.find((item) => item.path === state.active) ?? group.tabs[0];
      if (tab) {
        await this.activate(group, tab, index === 0 && document.activeElement === document.body);
      }
    }
    if (this.groups[0]) {
      this.focusGroup(this.groups[0]);
    }
  }

  async open(path: string, options: { keep?: boolean; side?: boolean; place?: Place; mark?: boolean; focus?: boolean } = {}): Promise<void> {
    if (options.side) {
      const index = this.groups.indexOf(this.current);
      this.focusGroup(this.groups[index + 1] ?? this.addGroup());
    }
    const group = this.current;
    let tab = group.tabs.find((item) => item.path === path);
    if (tab) {
      if (options.keep) {
        tab.preview = false;
      }
    } else {
      const replaced = options.keep ? undefined : group.tabs.find((item) => item.preview);
      tab = this.addTab(group, path, !options.keep, replaced);
      if (replaced) {
        this.removeTab(group, replaced);
      }
    }
    tab.pending = options.place;
    tab.mark = options.mark;
    await this.activate(group, tab, options.focus ?? true);
  }

  goTo(line: number): void {
    const view = this.activeEditor;
    if (view) {
      view.setPosition({ lineNumber: line, column: 1 });
      view.revealLineInCenter(line);
      view.focus();
    }
  }

  close(tab = this.current.active, group = this.current): void {
    if (!tab) {
      return;
    }
    const index = group.tabs.indexOf(tab);
    this.removeTab(group, tab);
    if (group.active === tab) {
      group.active = undefined;
      const next = group.tabs[Math.min(index, group.tabs.length - 1)];
      if (next) {
        void this.activate(group, next, true);
      } else if (this.groups.length > 1) {
        this.removeGroup(group);
      } else {
        this.drawStage(group);
        this.tellShown();
      }
    }
    this.keep();
  }

  split(group = this.current): void {
    const tab = group.active;
    const other = this.addGroup(group);
    this.focusGroup(other);
    if (tab) {
      const copy = this.addTab(other, tab.path, false);
      copy.state = group.editor?.saveViewState();
      void this.activate(other, copy, true);
    }
  }

  step(by: number): void {
    const { tabs, active } = this.current;
    const next = tabs[(tabs.indexOf(active!) + by + tabs.length) % tabs.length];
    if (next) {
      void this.activate(this.current, next, true);
    }
  }

  focusGroupAt(index: number): void {
    const group = this.groups[index];
    if (group) {
      this.focusGroup(group);
      group.editor?.focus();
    }
  }

  async save(): Promise<void> {
    const tab = this.current.active;
    if (tab?.document) {
      tab.preview = false;
      this.drawTab(tab);
      try {
        await tab.document.save();
      } catch (error) {
        fail(`Could not save ${nameOf(tab.path)}.`, error);
      }
    }
  }

  moved(from: string, to: string): void {
    for (const group of this.groups) {
      for (const tab of [...group.tabs]) {
        if (tab.path === from || tab.path.startsWith(`${from}/`)) {
          const wasActive = group.active === tab;
          const fresh = this.addTab(group, to + tab.path.slice(from.length), false, tab);
          fresh.state = wasActive ? group.editor?.saveViewState() : tab.state;
          this.removeTab(group, tab);
          if (wasActive) {
            void this.activate(group, fresh, false);
          }
        }
      }
    }
    this.keep();
  }

  deleted(path: string): void {
    for (const group of [...this.groups]) {
      for (const tab of [...group.tabs]) {
        if (tab.path === path || tab.path.startsWith(`${path}/`)) {
          this.close(tab, group);
        }
      }
    }
  }

  /** A document's state changed: dots on tabs, the status bar. */
  documentChanged(document: SyncedDocument): void {
    this.setDirty(document.path, document.state === "saving" || document.state === "offline");
  }

  setDirty(path: string, dirty: boolean): void {
    if ((this.dirty.get(path) ?? false) === dirty) {
      return;
    }
    this.dirty.set(path, dirty);
    for (const tab of this.groups.flatMap((group) => group.tabs)) {
      if (tab.path === path) {
        if (dirty) {
          tab.preview = false;
        }
        this.drawTab(tab);
      }
    }
  }

  /** The agent changed these lines: a short glow and a mark in the gutter until it is reviewed. */
  glow(path: string, first: number, last: number): void {
    for (const group of this.groups) {
      if (group.active?.path === path && group.active.document && group.editor) {
        const range = { startLineNumber: first, startColumn: 1, endLineNumber: last, endColumn: 1 };
        const collection = group.editor.createDecorationsCollection([{ range, options: { isWholeLine: true, className: "agent-glow" } }]);
        window.setTimeout(() => collection.clear(), 700);
        group.active.document.model.deltaDecorations([], [{ range, options: { isWholeLine: true, linesDecorationsClassName: "agent-mark" } }]);
      }
    }
  }

  clearAgentMarks(): void {
    for (const document of this.ready.values()) {
      const marks = document.model.getAllDecorations().filter((item) => item.options.linesDecorationsClassName === "agent-mark");
      document.model.deltaDecorations(marks.map((item) => item.id), []);
    }
  }

  applyOptions(options: editor.IEditorOptions): void {
    for (const group of this.groups) {
      group.editor?.updateOptions(options);
    }
  }

  setTabSize(tabSize: number): void {
    for (const document of this.ready.values()) {
      document.model.updateOptions({ tabSize });
    }
  }

  focusGroup(group: Group): void {
    if (this.current === group && group.element.classList.contains("focused")) {
      return;
    }
    this.current = group;
    this.groups.forEach((item) => item.element.classList.toggle("focused", item === group));
    this.tellShown();
  }

  private addGroup(after?: Group): Group {
    const group = new Group(this);
    const index = after ? this.groups.indexOf(after) + 1 : this.groups.length;
    this.groups.splice(index, 0, group);
    this.layout();
    return group;
  }

  private removeGroup(group: Group): void {
    group.detach?.();
    group.editor?.dispose();
    this.groups = this.groups.filter((item) => item !== group);
    this.layout();
    this.focusGroup(this.groups[0]!);
    this.groups[0]!.editor?.focus();
  }

  private layout(): void {
    const nodes: HTMLElement[] = [];
    for (const group of this.groups) {
      if (nodes.length > 0) {
        nodes.push(this.groupDivider(nodes[nodes.length - 1]!, group.element));
      }
      nodes.push(group.element);
    }
    editorsElement.replaceChildren(...nodes);
  }

  private groupDivider(left: HTMLElement, right: HTMLElement): HTMLElement {
    const divider = h("div", { class: "divider vertical", role: "separator", "aria-orientation": "vertical", "aria-label": "Resize editors", tabindex: "0", "aria-valuenow": "50" });
    const set = (share: number) => {
      const clamped = Math.min(0.85, Math.max(0.15, share));
      left.style.flexGrow = String(clamped * 2);
      right.style.flexGrow = String((1 - clamped) * 2);
      divider.setAttribute("aria-valuenow", String(Math.round(clamped * 100)));
    };
    const share = () => left.offsetWidth / (left.offsetWidth + right.offsetWidth);
    divider.addEventListener("pointerdown", (event) => {
      divider.setPointerCapture(event.pointerId);
      const move = (to: PointerEvent) => {
        const from = left.getBoundingClientRect().left;
        set((to.clientX - from) / (left.offsetWidth + right.offsetWidth));
      };
      divider.addEventListener("pointermove", move);
      divider.addEventListener("lostpointercapture", () => divider.removeEventListener("pointermove", move), { once: true });
    });
    divider.addEventListener("dblclick", () => set(0.5));
    divider.addEventListener("keydown", (event) => {
      if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
        set(share() + (event.key === "ArrowLeft" ? -0.03 : 0.03));
      }
    });
    return divider;
  }

  private addTab(group: Group, path: string, preview: boolean, before?: Tab): Tab {
    const label = h("button", { type: "button", role: "tab", tabindex: "-1", "aria-selected": "false" });
    const close = h("button", { type: "button", class: "tab-close", title: "Close (Alt+W)", "aria-hidden": "true", tabindex: "-1" }, icon("close"));
    const element = h("div", { class: "tab", draggable: "true", title: path, role: "presentation" }, label, close);
    const tab: Tab = { path, preview, kind: "loading", element };
    label.addEventListener("click", () => void this.activate(group, tab, true));
    label.addEventListener("dblclick", () => ((tab.preview = false), this.drawTab(tab)));
    label.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (step) {
        const next = group.tabs[(group.tabs.indexOf(tab) + step + group.tabs.length) % group.tabs.length]!;
        void this.activate(group, next, false).then(() => next.element.querySelector("button")?.focus());
      } else if (event.key === "Delete") {
        this.close(tab, group);
      }
    });
    close.addEventListener("click", () => this.close(tab, group));
    element.addEventListener("auxclick", (event) => event.button === 1 && (event.preventDefault(), this.close(tab, group)));
    element.addEventListener("contextmenu", (event) => {
      event.preventDefault();
      menu(event.clientX, event.clientY, [
        { label: "Close", key: "Alt+W", run: () => this.close(tab, group) },
        { label: "Close others", run: () => [...group.tabs].filter((item) => item !== tab).forEach((item) => this.close(item, group)) },
        { label: "Close all", run: () => [...group.tabs].forEach((item) => this.close(item, group)) }, null,
        { label: "Copy path", run: () => void navigator.clipboard.writeText(path) }, { label: "Split", run: () => this.split(group) }]);
    });
    element.addEventListener("dragstart", (event) => event.dataTransfer?.setData("application/x-codex-tab", path));
    element.addEventListener("dragover", (event) => event.dataTransfer?.types.includes("application/x-codex-tab") && (event.preventDefault(), element.classList.add("drag-over")));
    element.addEventListener("dragleave", () => element.classList.remove("drag-over"));
    element.addEventListener("drop", (event) => {
      element.classList.remove("drag-over");
      const moved = group.tabs.find((item) => item.path === event.dataTransfer?.getData("application/x-codex-tab"));
      if (moved && moved !== tab) {
        event.preventDefault();
        group.tabs.splice(group.tabs.indexOf(moved), 1);
        group.tabs.splice(group.tabs.indexOf(tab), 0, moved);
        group.strip.insertBefore(moved.element, element);
        this.keep();
      }
    });
    const at = before ? group.tabs.indexOf(before) : group.active ? group.tabs.indexOf(group.active) + 1 : group.tabs.length;
    const index = this.restoring ? group.tabs.length : at;
    group.strip.insertBefore(element, group.tabs[index]?.element ?? null);
    group.tabs.splice(index, 0, tab);
    this.drawTab(tab);
    return tab;
  }

  private drawTab(tab: Tab): void {
    const dirty = this.dirty.get(tab.path) ?? false;
    const twins = this.groups.flatMap((group) => group.tabs).some((other) => other !== tab && other.path !== tab.path && nameOf(other.path) === nameOf(tab.path));
    const label = tab.element.firstElementChild as HTMLElement;
    label.replaceChildren(fileIcon(tab.path), h("span", { class: "label", style: tab.preview ? "font-style:italic" : undefined }, nameOf(tab.path), twins ? h("span", { class: "muted" }, ` ${folderOf(tab.path)}`) : null));
    label.setAttribute("aria-label", `${nameOf(tab.path)}${dirty ? ", unsaved" : ""}`);
    tab.element.classList.toggle("dirty", dirty);
  }

  private removeTab(group: Group, tab: Tab): void {
    group.tabs.splice(group.tabs.indexOf(tab), 1);
    tab.element.remove();
    if (!this.groups.some((other) => other.tabs.some((item) => item.path === tab.path))) {
      const opened = this.documents.get(tab.path);
      this.documents.delete(tab.path);
      this.dirty.delete(tab.path);
      void opened?.then(async (document) => {
        this.ready.delete(tab.path);
        for (const item of this.groups) {
          if (item.editor?.getModel() === document.model) {
            item.detach?.();
            item.detach = undefined;
            item.editor.setModel(null);
          }
        }
        await document.save().catch(() => undefined);
        document.dispose();
      }).catch(() => undefined);
    }
  }

  private async activate(group: Group, tab: Tab, focus: boolean): Promise<void> {
    if (group.active && group.active !== tab && group.active.kind === "text" && group.editor) {
      group.active.state = group.editor.saveViewState();
    }
    group.active = tab;
    for (const item of group.tabs) {
      item.element.classList.toggle("active", item === tab);
      const label = item.element.firstElementChild as HTMLElement;
      label.setAttribute("aria-selected", String(item === tab));
      label.tabIndex = item === tab ? 0 : -1;
    }
    tab.element.scrollIntoView({ block: "nearest", inline: "nearest" });
    this.drawCrumbs(group);
    this.recentFiles = [tab.path, ...this.recentFiles.filter((path) => path !== tab.path)].slice(0, 30);
    remember(`recent.${workspaceId}`, this.recentFiles);
    this.keep();
    this.focusGroup(group);
    this.tellShown();
    if (tab.kind === "loading" || tab.kind === "error") {
      tab.kind = "loading";
      const waiting = window.setTimeout(() => group.active === tab && this.drawStage(group), 300);
      await this.loadTab(tab);
      window.clearTimeout(waiting);
      if (group.active !== tab || !group.tabs.includes(tab)) {
        return;
      }
    }
    await this.mount(group, tab, focus);
  }

  private async loadTab(tab: Tab): Promise<void> {
    try {
      const known = this.documents.get(tab.path);
      if (known) {
        tab.document = await known;
        tab.kind = "text";
        return;
      }
      if (pictureType(tab.path)) {
        tab.view = pictureView(tab.path, await this.bytes(tab.path));
        tab.kind = "view";
        return;
      }
      const opening = this.monacoReady.then((monaco) => this.openDocument(monaco, tab.path));
      this.documents.set(tab.path, opening);
      try {
        tab.document = await opening;
        this.ready.set(tab.path, tab.document);
        tab.kind = "text";
        this.documentChanged(tab.document);
      } catch (error) {
        this.documents.delete(tab.path);
        if (!(error instanceof ApiError && error.type === "not-text")) {
          throw error;
        }
        const bytes = await this.bytes(tab.path);
        tab.view = hexView(tab.path, bytes);
        tab.kind = "view";
      }
    } catch (error) {
      tab.kind = "error";
      tab.view = h("div", { class: "empty" }, icon("warning"), h("p", {}, error instanceof Error ? error.message : String(error)),
        h("button", { type: "button", class: "button", onclick: () => void this.open(tab.path) }, "Try again"));
    }
  }

  private async bytes(path: string): Promise<Uint8Array> {
    return new Uint8Array(await (await send("GET", workspaceUrl(`/files/${encodePath(path)}`))).arrayBuffer());
  }

  private async mount(group: Group, tab: Tab, focus: boolean): Promise<void> {
    if (tab.kind === "text" && tab.document) {
      const monaco = await this.monacoReady;
      group.stage.replaceChildren(group.host);
      group.editor ??= this.createEditor(monaco, group);
      if (group.editor.getModel() !== tab.document.model) {
        group.detach?.();
        group.editor.setModel(tab.document.model);
        group.detach = tab.document.attach(group.editor);
        if (tab.state) {
          group.editor.restoreViewState(tab.state);
        }
      }
      group.editor.updateOptions({ readOnly: tab.document.state === "readOnly" });
      group.marks?.clear();
      if (tab.pending) {
        const position = { lineNumber: tab.pending.line, column: tab.pending.column ?? 1 };
        group.editor.setPosition(position);
        group.editor.revealPositionInCenterIfOutsideViewport(position);
        if (tab.mark) {
          group.marks = group.editor.createDecorationsCollection([{ range: { startLineNumber: position.lineNumber, startColumn: 1, endLineNumber: position.lineNumber, endColumn: 1 }, options: { isWholeLine: true, className: "frame-line" } }]);
        }
        tab.pending = undefined;
      }
      this.drawPosition(group);
      // Opening takes a moment: whoever began to type in a box meanwhile keeps the keys.
      if (focus && !(document.activeElement instanceof HTMLInputElement)) {
        group.editor.focus();
      }
    } else {
      this.drawStage(group);
      if (focus) {
        (group.stage.firstElementChild as HTMLElement | null)?.focus();
      }
      this.drawPosition(group);
    }
  }

  private createEditor(monaco: Monaco, group: Group): editor.IStandaloneCodeEditor {
    const view = monaco.editor.create(group.host, { ...editorOptions(), model: null });
    view.onDidChangeCursorPosition(() => this.drawPosition(group));
    view.onDidFocusEditorWidget(() => this.focusGroup(group));
    // Keys that Monaco would keep for itself.
    const { KeyMod, KeyCode } = monaco;
    for (const [keys, command] of [[KeyMod.CtrlCmd | KeyCode.KeyP, "palette.files"], [KeyMod.CtrlCmd | KeyMod.Shift | KeyCode.KeyP, "palette.commands"], [KeyCode.F1, "palette.commands"]] as const) {
      view.addCommand(keys, () => run(command));
    }
    return view;
  }

  private drawPosition(group: Group): void {
    if (group !== this.current) {
      return;
    }
    const view = this.activeEditor;
    const model = view?.getModel();
    const position = view?.getPosition();
    setStatus("position", model && position ? { text: `Ln ${position.lineNumber}, Col ${position.column}`, title: "Go to line (Ctrl+G)", command: "editor.goToLine" } : null);
    setStatus("language", model ? { text: languageName(model.getLanguageId()) } : null);
    setStatus("eol", model ? { text: model.getEOL() === "\r\n" ? "CRLF" : "LF" } : null);
  }

  private drawCrumbs(group: Group): void {
    const parts = group.active?.path.split("/") ?? [];
    group.crumbs.replaceChildren(...parts.flatMap((part, index) => (index ? [icon("chevron"), h("span", {}, part)] : [h("span", {}, part)])));
    group.crumbs.hidden = parts.length === 0;
  }

  private drawStage(group: Group): void {
    const tab = group.active;
    if (!tab) {
      group.detach?.();
      group.detach = undefined;
      group.editor?.setModel(null);
      this.drawCrumbs(group);
      this.drawPosition(group);
      const key = (keys: string, what: string) => [h("dt", {}, what), h("dd", {}, h("kbd", {}, keys))];
      group.stage.replaceChildren(h("div", { class: "welcome" }, icon("logo"), h("dl", {}, ...key("Ctrl+P", "Go to a file"), ...key("Ctrl+Shift+P", "All commands"), ...key("Ctrl+Shift+F", "Search in files"), ...key("Ctrl+`", "Terminal"), ...key("Ctrl+Shift+A", "Ask the agent"))));
    } else if (tab.kind === "loading") {
      group.stage.replaceChildren(h("div", { class: "editor-skeleton", "aria-label": "Loading", role: "status" }, ...[30, 55, 42, 60, 0, 38, 66, 50].map((width) => h("div", { class: width ? "skeleton" : "", style: `width:${width}%` }))));
    } else if (tab.view) {
      group.stage.replaceChildren(tab.view);
    }
  }

  private tellShown(): void {
    this.drawPosition(this.current);
    this.shown.forEach((listener) => listener(this.activePath ?? null));
  }

  private keep(): void {
    if (!this.restoring) {
      remember(`tabs.${workspaceId}`, this.groups.map((group) => ({ paths: group.tabs.map((tab) => tab.path), active: group.active?.path ?? null })));
    }
  }
}

const names: Record<string, string> = { csharp: "C#", cpp: "C++", javascript: "JavaScript", typescript: "TypeScript", plaintext: "Plain text", json: "JSON", html: "HTML", css: "CSS", xml: "XML", yaml: "YAML", sql: "SQL", php: "PHP" };
const languageName = (id: string) => names[id] ?? id.charAt(0).toUpperCase() + id.slice(1);

/** A text file by the plain API; an error "not-text" for everything else. */
export async function readText(path: string): Promise<string> {
  const bytes = new Uint8Array(await (await send("GET", workspaceUrl(`/files/${encodePath(path)}`))).arrayBuffer());
  const text = decodeText(bytes);
  if (text === null) {
    throw new ApiError(415, "not-text", "This file is not text.");
  }
  return text;
}
