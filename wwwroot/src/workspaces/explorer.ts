// The file tree: one tab stop, arrow keys, type to find, context menu, names typed in place, drag and drop.
import { encodePath, postJson, send, workspaceUrl } from "../shell/api";
import { byId, folderOf, h, icon, nameOf, remember, remembered } from "../shell/dom";
import { shown } from "../shell/names";
import { confirm, fail, menu, toast, type MenuItem } from "../shell/overlays";
import { depthOf, folderFor, nameBox, type Naming } from "./nameBox";
import { wireDrop } from "./treeDrop";
import { wireKeys } from "./treeKeys";
import { movedPath, TreeModel, type Row } from "./treeModel";
import { TreeView } from "./treeView";
import { pick, uploadInto, type Chosen } from "./uploads";

export interface ExplorerHost {
  openFile: (path: string, options?: { keep?: boolean; side?: boolean }) => void;
  /** It has another path now: to be told to every part of the page, this one too. */
  moved: (from: string, to: string) => void;
  /** What was typed at or below the path is on its way to the server no longer. */
  settled: (path: string) => Promise<void>;
  /** Says which of the deleted files were open, to be opened again when the deletion is taken back. */
  deleted: (path: string) => string[];
  canWrite: () => boolean;
}

const undoSeconds = 60;

export class Explorer {
  readonly model = new TreeModel();
  private readonly element = byId("tree");
  private readonly view: TreeView;

  constructor(private readonly host: ExplorerHost) {
    this.element.tabIndex = 0;
    this.element.setAttribute("role", "tree");
    this.element.setAttribute("aria-label", "Files");
    this.view = new TreeView(this.element, this.model, () => this.drawEmpty());
    this.element.addEventListener("click", (event) => this.click(event));
    this.element.addEventListener("dblclick", (event) => this.click(event, true));
    this.element.addEventListener("contextmenu", (event) => this.context(event));
    this.element.addEventListener("focus", () => this.focusFirst());
    wireKeys(this.element, this.model, {
      focused: () => this.view.focused,
      focus: (path) => this.focusRow(path),
      toggle: (row) => void this.toggle(row),
      open: (row, keep) => {
        this.view.selected = row.path;
        this.host.openFile(row.path, { keep });
        this.view.draw();
      },
      rename: () => this.rename(),
      remove: () => void this.remove(),
    });
    wireDrop(this.element, this.model, this.view, {
      canWrite: () => this.host.canWrite(),
      move: (from, to) => void this.move(from, to),
      upload: (folder, chosen) => void this.upload(folder, chosen),
      expand: (path) => void this.model.expand(path).then(() => this.view.draw()),
    });
  }

  async start(): Promise<void> {
    const timer = window.setTimeout(() => this.element.replaceChildren(h("div", { class: "tree-skeleton", "aria-hidden": "true" }, ...[60, 75, 45, 80, 55, 65].map((width) => h("div", { class: "skeleton", style: `width:${width}%` })))), 300);
    try {
      await this.model.load("");
      for (const path of remembered<string[]>(`open.${location.pathname}`, []).sort()) {
        await this.model.expand(path).catch(() => undefined);
      }
      this.model.flatten();
      window.clearTimeout(timer);
      this.element.replaceChildren(this.view.body);
      this.view.draw();
    } catch (error) {
      window.clearTimeout(timer);
      this.element.replaceChildren(h("div", { class: "empty" }, icon("warning"), h("p", {}, error instanceof Error ? error.message : String(error)),
        h("button", { type: "button", class: "button", onclick: () => void this.start().catch(() => undefined) }, "Try again")));
      throw error;
    }
  }

  async refresh(paths?: string[]): Promise<void> {
    await this.model.refresh(paths);
    this.view.draw();
  }

  async reveal(path: string): Promise<void> {
    await this.model.reveal(path).catch(() => undefined);
    this.view.selected = path;
    this.focusRow(path);
  }

  /** Here or by somebody else. At once and without asking, so that the next key means the thing where it is now. */
  moved(from: string, to: string): void {
    this.model.moved(from, to);
    this.view.focused = movedPath(this.view.focused, from, to);
    this.view.selected = movedPath(this.view.selected, from, to);
    this.keepOpen();
    this.view.draw();
  }

  markFailed(files: Iterable<string>): void {
    this.view.failedFiles = new Set(files);
    this.view.draw();
  }

  /** Somebody is in this file; null: nobody any more. */
  markHere(path: string, colour: string | null): void {
    if (colour) {
      this.view.here.set(path, colour);
    } else {
      this.view.here.delete(path);
    }
    this.view.draw();
  }

  collapseAll(): void {
    this.model.open.clear();
    this.model.flatten();
    this.keepOpen();
    this.view.draw();
  }

  create(kind: "file" | "folder"): void {
    const folder = this.folder();
    void (folder ? this.model.expand(folder) : Promise.resolve()).then(() => {
      this.name({ path: null, folder, kind }, folder === "" ? 0 : this.model.indexOf(folder) + 1);
    }, (error: unknown) => fail(`Could not open ${shown(folder)}.`, error));
  }

  rename(): void {
    const row = this.model.row(this.view.focused);
    if (row && this.host.canWrite()) {
      this.name({ path: row.path, folder: folderOf(row.path), kind: row.kind === "folder" ? "folder" : "file" }, this.model.indexOf(row.path));
    }
  }

  async remove(path = this.view.focused): Promise<void> {
    const row = this.model.row(path);
    if (!row || !this.host.canWrite()) {
      return;
    }
    const name = shown(nameOf(path));
    const folder = row.kind === "folder";
    if (!(await confirm(`Delete ${name}?`, `${folder ? "The folder and everything in it" : "The file"} will be gone. You can take it back for a minute.`, "Delete"))) {
      return;
    }
    const next = this.model.rows[this.model.indexOf(path) + 1] ?? this.model.rows[this.model.indexOf(path) - 1];
    try {
      await this.host.settled(path);
      const deletion = (await send("DELETE", workspaceUrl(`/files/${encodePath(path)}`))).headers.get("Codex-Deletion");
      const open = this.host.deleted(path);
      await this.refresh([path]);
      if (next && this.view.focused === path) {
        this.focusRow(next.path);
      }
      toast(`Deleted ${name}.`, deletion ? { seconds: undoSeconds, action: { label: "Undo", run: () => void this.restore(path, deletion, open) } } : {});
    } catch (error) {
      fail(`Could not delete ${name}.`, error);
    }
  }

  chooseUpload(folder = false): void {
    const into = this.folder();
    pick(folder, (chosen) => void this.upload(into, chosen));
  }

  focus(): void {
    this.element.focus();
  }

  private async upload(folder: string, chosen: Chosen): Promise<void> {
    await uploadInto(folder, chosen);
    if (folder) {
      await this.model.expand(folder).catch(() => undefined);
    }
    await this.refresh();
  }

  private async restore(path: string, deletion: string, open: string[]): Promise<void> {
    try {
      await postJson(workspaceUrl(`/deletions/${deletion}/undo`));
      await this.refresh();
      await this.reveal(path);
      open.forEach((file) => this.host.openFile(file, { keep: true }));
      toast(`Restored ${shown(nameOf(path))}.`);
    } catch (error) {
      fail(`Could not restore ${shown(nameOf(path))}.`, error);
    }
  }

  private async move(from: string, to: string): Promise<void> {
    try {
      await postJson(workspaceUrl("/moves"), { from, to });
      this.host.moved(from, to);
      await this.refresh();
      await this.reveal(to);
    } catch (error) {
      fail(`Could not move ${shown(nameOf(from))}.`, error);
    }
  }

  /** Where something new goes: into the focused folder, or beside the focused file. */
  private folder(): string {
    const row = this.model.row(this.view.focused);
    return row ? folderFor(row.path, row.kind === "folder") : "";
  }

  private focusFirst(): void {
    if (this.model.indexOf(this.view.focused) < 0 && this.model.rows[0]) {
      this.view.focused = this.model.rows[0].path;
      this.view.draw();
    }
  }

  private focusRow(path: string): void {
    this.view.focused = path;
    this.view.scrollTo(path);
    this.view.draw();
  }

  private keepOpen(): void {
    remember(`open.${location.pathname}`, [...this.model.open]);
  }

  private async toggle(row: Row): Promise<void> {
    if (row.open) {
      this.model.collapse(row.path);
    } else {
      try {
        await this.model.expand(row.path);
      } catch (error) {
        fail(`Could not open ${shown(nameOf(row.path))}.`, error);
      }
    }
    this.keepOpen();
    this.view.draw();
  }

  private name(naming: Naming, at: number): void {
    if (!this.host.canWrite()) {
      toast("Changing files needs the role developer or higher.");
      return;
    }
    const box = nameBox(naming, naming.path === null ? depthOf(naming.folder) : this.model.row(naming.path)!.depth, (path, byKey) => {
      this.view.inserted = null;
      this.view.draw();
      if (byKey) {
        this.element.focus();
      }
      if (path !== null) {
        void this.saveName(naming, path).then(() => this.view.draw());
      }
    });
    this.view.inserted = { at, instead: naming.path !== null, element: box.element };
    this.view.draw();
    box.focus();
  }

  private async saveName(naming: Naming, path: string): Promise<void> {
    try {
      if (naming.path !== null) {
        await postJson(workspaceUrl("/moves"), { from: naming.path, to: path });
        this.host.moved(naming.path, path);
      } else if (naming.kind === "folder") {
        await postJson(workspaceUrl("/folders"), { path });
      } else {
        await send("PUT", workspaceUrl(`/files/${encodePath(path)}`), new Uint8Array(0), { headers: { "If-None-Match": "*" } });
      }
      await this.refresh();
      await this.reveal(path);
      if (naming.path === null && naming.kind === "file") {
        this.host.openFile(path, { keep: true });
      }
    } catch (error) {
      fail(naming.path !== null ? `Could not rename ${shown(nameOf(naming.path))}.` : `Could not create ${shown(nameOf(path))}.`, error);
    }
  }

  private drawEmpty(): HTMLElement {
    return h("div", { class: "empty", style: "padding-top:40px" }, icon("files"), h("p", {}, "This workspace is empty. Drop files here, or begin with a new one."),
      h("button", { type: "button", class: "button", onclick: () => this.create("file") }, "New file"));
  }

  private click(event: MouseEvent, keep = false): void {
    const row = this.model.row(this.view.pathAt(event) ?? "");
    if (!row) {
      return;
    }
    this.view.focused = this.view.selected = row.path;
    if (row.kind !== "folder") {
      this.host.openFile(row.path, { keep, side: event.ctrlKey || event.metaKey });
    } else if (!keep) {
      void this.toggle(row);
    }
    this.view.draw();
  }

  private context(event: MouseEvent): void {
    event.preventDefault();
    const byKeyboard = event.button === -1 || (event.clientX === 0 && event.clientY === 0);
    const path = this.view.pathAt(event) ?? (byKeyboard ? this.view.focused : "");
    this.view.focused = path;
    const row = this.model.row(path);
    this.view.draw();
    const items: (MenuItem | null)[] = [];
    if (row && row.kind !== "folder") {
      items.push({ label: "Open", key: "Enter", run: () => this.host.openFile(path, { keep: true }) }, { label: "Open to the side", key: "Ctrl+click", run: () => this.host.openFile(path, { keep: true, side: true }) }, null);
    }
    items.push({ label: "New file", run: () => this.create("file") }, { label: "New folder", run: () => this.create("folder") },
      { label: "Upload files", run: () => this.chooseUpload() }, { label: "Upload a folder", run: () => this.chooseUpload(true) });
    if (row) {
      items.push(null, { label: "Copy path", run: () => void navigator.clipboard.writeText(path) });
      if (row.kind === "file") {
        items.push({ label: "Download", run: () => h("a", { href: workspaceUrl(`/files/${encodePath(path)}`), download: nameOf(path) }).click() });
      }
      items.push(null, { label: "Rename", key: "F2", run: () => this.rename() }, { label: "Delete", key: "Delete", run: () => void this.remove(path) });
    }
    const box = (this.view.elementOf(path) ?? this.element).getBoundingClientRect();
    menu(byKeyboard ? box.left + 40 : event.clientX, byKeyboard ? box.bottom : event.clientY, items);
  }
}
