// Editor groups: tabs over one Monaco editor per group whose model is swapped; documents are shared between groups and closed with their last tab.
import type { editor } from "monaco-editor/editor/editor.api.js";
import { nameOf } from "../shell/dom";
import { shown } from "../shell/names";
import { fail } from "../shell/overlays";
import { Contents, type OpenDocument } from "./contents";
import { DiskFollower } from "./diskFollower";
import type { SyncedDocument } from "./documentSync";
import type { Group } from "./group";
import { Groups } from "./groups";
import { languageOf } from "./language";
import { LargeEditing } from "./largeEditing";
import { keepGroups, keptGroups, RecentFiles } from "./memory";
import type { Monaco } from "./monaco";
import { Screen } from "./screen";
import { failure } from "./stage";
import { documentOf, drawTab, makeTab, type Place, type Tab, type TabActions } from "./tab";
import { TabOrder } from "./tabOrder";
import { Unsaved } from "./unsaved";

export type { Place };

const isWithin = (path: string, folder: string) => path === folder || path.startsWith(`${folder}/`);

export class Editors {
  readonly shown = new Set<(path: string | null) => void>();
  private readonly groups: Groups;
  private readonly contents: Contents;
  private readonly screen: Screen;
  private readonly order: TabOrder;
  private readonly disk: DiskFollower;
  private readonly large: LargeEditing;
  private readonly recentFiles = new RecentFiles();
  private readonly unsaved = new Unsaved((path) => {
    this.tabs.filter((tab) => tab.path === path).forEach((tab) => this.draw(tab));
    this.tellShown();
  });
  private restoring = false;

  constructor(private readonly monacoReady: Promise<Monaco>, openDocument: OpenDocument) {
    this.contents = new Contents(monacoReady, openDocument);
    this.screen = new Screen(monacoReady, {
      isCurrent: (group) => group === this.current,
      focused: (group) => this.groups.focus(group),
      close: (tab, group) => this.close(tab, group),
      writeAgain: (path, document) => void this.disk.writeAgain(path, document),
      editLarge: () => void this.editLarge(),
    });
    this.groups = new Groups({
      split: (group) => this.split(group),
      dropped: (from, tab, to, index) => this.order.move(from, tab, to, index),
      focused: () => this.tellShown(),
    });
    this.large = new LargeEditing(this.groups, this.contents, this.screen);
    this.order = new TabOrder(this.groups, {
      activate: (group, tab, focus) => this.activate(group, tab, focus),
      emptied: (group) => (this.screen.drawStage(group), this.tellShown()),
      moved: () => this.keep(),
    });
    this.disk = new DiskFollower(this.groups, this.contents, async (group, tab) => {
      await this.load(tab);
      this.draw(tab);
      if (group.active === tab) {
        await this.screen.mount(group, tab, null);
      }
    });
    this.screen.drawStage(this.current);
  }

  get recent(): string[] {
    return this.recentFiles.paths;
  }

  get activePath(): string | undefined {
    return this.current.active?.path;
  }

  get activeEditor(): editor.IStandaloneCodeEditor | undefined {
    return documentOf(this.current.active) ? this.current.editor : undefined;
  }

  /** Puts something over the active editor, until it takes itself away or another tab comes to the front. */
  cover(element: HTMLElement): void {
    this.current.stage.append(element);
  }

  get openPaths(): string[] {
    return [...new Set(this.tabs.map((tab) => tab.path))];
  }

  /** Has something been waiting to be saved for a while? */
  get hasUnsaved(): boolean {
    return this.unsaved.any;
  }

  document(path: string): SyncedDocument | undefined {
    return this.contents.document(path);
  }

  get documents(): SyncedDocument[] {
    return [...this.contents.documents];
  }

  /** Every editor there is, one per group at most. */
  get views(): editor.IStandaloneCodeEditor[] {
    return this.groups.list.flatMap((group) => group.editor ?? []);
  }

  /** The file that a model of Monaco shows. */
  pathOf(model: string): string | undefined {
    return this.documents.find((document) => document.model.uri.toString() === model)?.path;
  }

  /** Opens what was open last time in this workspace. */
  async restore(): Promise<void> {
    const kept = keptGroups();
    this.restoring = true;
    for (const [index, state] of kept.entries()) {
      const group = index === 0 ? this.groups.list[0]! : this.groups.add();
      state.paths.forEach((path) => this.addTab(group, path, false));
    }
    this.restoring = false;
    for (const [index, state] of kept.entries()) {
      const group = this.groups.list[index]!;
      const tab = group.tabs.find((item) => item.path === state.active) ?? group.tabs[0];
      if (tab) {
        await this.activate(group, tab, index === 0 && document.activeElement === document.body);
      }
    }
    if (this.groups.list[0]) {
      this.groups.focus(this.groups.list[0]);
    }
  }

  async open(path: string, options: { keep?: boolean; side?: boolean; place?: Place; mark?: boolean; focus?: boolean } = {}): Promise<void> {
    if (options.side) {
      const index = this.groups.list.indexOf(this.current);
      this.groups.focus(this.groups.list[index + 1] ?? this.groups.add());
    }
    const group = this.current;
    let tab = group.tabs.find((item) => item.path === path);
    if (tab) {
      if (options.keep) {
        this.keepTab(tab);
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

  focus(): void {
    this.activeEditor?.focus();
  }

  close(tab = this.current.active, group = this.current): void {
    if (!tab) {
      return;
    }
    const index = group.tabs.indexOf(tab);
    this.removeTab(group, tab);
    if (group.active === tab) {
      this.order.activateNext(group, index);
    }
    this.keep();
  }

  split(group = this.current): void {
    const tab = group.active;
    const other = this.groups.add(group);
    this.groups.focus(other);
    if (tab) {
      const copy = this.addTab(other, tab.path, false);
      copy.state = group.editor?.saveViewState();
      void this.activate(other, copy, true);
    } else {
      this.screen.drawStage(other);
    }
  }

  step(by: number): void {
    if (this.current.active) {
      void this.activate(this.current, this.order.neighbour(this.current, this.current.active, by), true);
    }
  }

  /** Moves the active tab by one place. */
  shift(by: number): void {
    if (this.current.active) {
      this.order.shift(this.current.active, by);
    }
  }

  focusGroupAt(index: number): void {
    const group = this.groups.list[index];
    if (group) {
      this.groups.focus(group);
      group.editor?.focus();
    }
  }

  async save(): Promise<void> {
    const tab = this.current.active;
    const document = documentOf(tab);
    if (!tab || !document) {
      return;
    }
    this.keepTab(tab);
    if (document.state === "gone") {
      await this.disk.writeAgain(tab.path, document);
      return;
    }
    try {
      await document.save();
    } catch (error) {
      fail(`Could not save ${shown(nameOf(tab.path))}.`, error);
    }
  }

  /** Is the active file one that is only shown because it is large? */
  get isLarge(): boolean {
    return documentOf(this.current.active)?.largeBytes !== undefined;
  }

  /** The active file, which is only shown because it is large, becomes a document like any other. */
  async editLarge(): Promise<void> {
    const path = this.activePath;
    if (!path || !this.isLarge) {
      return;
    }
    try {
      this.documentChanged(await this.large.edit(path));
      this.focus();
    } catch (error) {
      fail(`${shown(nameOf(path))} could not be opened for editing.`, error);
    }
  }

  /** A file or folder has another path: tabs and documents go on under it. */
  moved(from: string, to: string): void {
    for (const path of this.openPaths.filter((one) => isWithin(one, from))) {
      const target = to + path.slice(from.length);
      this.contents.move(path, target);
      this.unsaved.move(path, target);
      this.tabs.filter((tab) => tab.path === path).forEach((tab) => (tab.path = target));
      this.recentFiles.move(path, target);
      void this.monacoReady.then((monaco) => {
        const model = this.document(target)?.model;
        if (model) {
          monaco.editor.setModelLanguage(model, languageOf(monaco, target));
        }
      });
    }
    this.tabs.forEach((tab) => this.draw(tab));
    this.groups.list.forEach((group) => group.drawCrumbs());
    this.tellShown();
    this.keep();
  }

  /** Waits for what was typed at or below the path to arrive; not for ever, the server may be away. */
  settled(path: string): Promise<void> {
    return this.contents.settled((one) => isWithin(one, path));
  }

  /** Closes what is at or below the path; says which files those were. */
  deleted(path: string): string[] {
    const closed = this.openPaths.filter((one) => isWithin(one, path));
    for (const group of [...this.groups.list]) {
      for (const tab of group.tabs.filter((one) => closed.includes(one.path))) {
        this.close(tab, group);
      }
    }
    return closed;
  }

  /** These paths changed on disk; an empty one: anything may have. */
  changedOnDisk(paths: readonly string[]): void {
    this.disk.changed(paths);
  }

  /** A document's state changed: dots on tabs, the line that says it is gone. */
  documentChanged(document: SyncedDocument): void {
    this.unsaved.set(document.path, document.state, document.unsent);
    for (const group of this.groups.list) {
      for (const tab of group.tabs.filter((one) => one.path === document.path)) {
        if (document.unsent > 0 && tab.preview) {
          this.keepTab(tab);
        }
        if (document.state === "gone" || tab.element.classList.contains("gone")) {
          this.draw(tab);
        }
        this.screen.drawAccess(group, tab);
      }
    }
  }

  private get current(): Group {
    return this.groups.current;
  }

  private get tabs(): Tab[] {
    return this.groups.tabs;
  }

  private addTab(group: Group, path: string, preview: boolean, before?: Tab): Tab {
    const owner = (tab: Tab) => this.groups.ownerOf(tab);
    const actions: TabActions = {
      activate: (tab, focus) => this.activate(owner(tab), tab, focus),
      close: (tab) => this.close(tab, owner(tab)),
      closeOthers: (tab) => [...group.tabs].filter((item) => item !== tab).forEach((item) => this.close(item, owner(item))),
      keep: (tab) => this.keepTab(tab),
      split: () => this.split(owner(tab)),
      neighbour: (tab, step) => this.order.neighbour(owner(tab), tab, step),
      move: (tab, step) => this.order.shift(tab, step),
      dragged: (tab) => this.groups.drag(tab),
    };
    const tab = makeTab(path, preview, actions);
    const beside = before ? group.tabs.indexOf(before) : group.active ? group.tabs.indexOf(group.active) + 1 : group.tabs.length;
    this.groups.put(group, tab, this.restoring ? group.tabs.length : beside);
    this.draw(tab);
    return tab;
  }

  private keepTab(tab: Tab): void {
    tab.preview = false;
    this.draw(tab);
  }

  private draw(tab: Tab): void {
    const twin = this.tabs.some((other) => other.path !== tab.path && nameOf(other.path) === nameOf(tab.path));
    drawTab(tab, this.unsaved.has(tab.path), twin);
  }

  private removeTab(group: Group, tab: Tab): void {
    group.tabs.splice(group.tabs.indexOf(tab), 1);
    tab.element.remove();
    if (!this.tabs.some((item) => item.path === tab.path)) {
      this.unsaved.forget(tab.path);
      this.contents.release(tab.path, (document) => this.groups.list.forEach((item) => item.release(document.model)));
    }
  }

  private async activate(group: Group, tab: Tab, focus: boolean): Promise<void> {
    const from = focus ? (document.activeElement ?? document.body) : null;
    if (group.active && group.active !== tab && documentOf(group.active) && group.editor) {
      group.active.state = group.editor.saveViewState();
    }
    group.active = tab;
    for (const item of group.tabs) {
      item.element.classList.toggle("active", item === tab);
      item.label.setAttribute("aria-selected", String(item === tab));
      item.label.tabIndex = item === tab ? 0 : -1;
    }
    tab.element.scrollIntoView({ block: "nearest", inline: "nearest" });
    group.drawCrumbs();
    this.recentFiles.add(tab.path);
    this.keep();
    this.groups.focus(group);
    this.tellShown();
    if (!tab.content || tab.content.kind === "error") {
      tab.content = undefined;
      const waiting = window.setTimeout(() => group.active === tab && this.screen.drawStage(group), 300);
      await this.load(tab);
      window.clearTimeout(waiting);
      if (group.active !== tab || !group.tabs.includes(tab)) {
        return;
      }
    }
    await this.screen.mount(group, tab, from);
  }

  private async load(tab: Tab): Promise<void> {
    try {
      tab.content = await this.contents.load(tab.path);
      const document = documentOf(tab);
      if (document) {
        this.documentChanged(document);
      }
    } catch (error) {
      tab.content = { kind: "error", element: failure(error, () => void this.open(tab.path)) };
    }
  }

  private tellShown(): void {
    this.screen.drawPosition(this.current);
    this.shown.forEach((listener) => listener(this.activePath ?? null));
  }

  private keep(): void {
    if (!this.restoring) {
      keepGroups(this.groups.list);
    }
  }
}
