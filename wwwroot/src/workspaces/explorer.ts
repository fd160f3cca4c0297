// The file tree: only the rows in view exist. One tab stop, arrow keys, type to find, context menu, inline names, drag and drop.
import { ApiError, encodePath, postJson, send, workspaceUrl } from "../shell/api";
import { byId, fileIcon, folderOf, h, icon, nameOf, remember, remembered } from "../shell/dom";
import { confirm, fail, menu, toast, type MenuItem } from "../shell/overlays";
import { TreeModel, type Row } from "./treeModel";

const rowHeight = 22;

export interface ExplorerHost {
  openFile: (path: string, options?: { keep?: boolean; side?: boolean }) => void;
  moved: (from: string, to: string) => void;
  deleted: (path: string) => void;
  canWrite: () => boolean;
}

interface Naming {
  /** Path that is renamed, or null for a new entry. */
  path: string | null;
  folder: string;
  kind: "file" | "folder";
}

export class Explorer {
  readonly model = new TreeModel();
  private readonly element = byId("tree");
  private readonly body = h("div", { class: "tree-body" });
  private focused = "";
  private selected = "";
  private naming: Naming | null = null;
  private typed = "";
  private typedAt = 0;
  private drawn = "";
  private failedFiles = new Set<string>();
  private readonly here = new Map<string, string>();

  constructor(private readonly host: ExplorerHost) {
    this.element.tabIndex = 0;
    this.element.setAttribute("role", "tree");
    this.element.setAttribute("aria-label", "Files");
    this.element.addEventListener("scroll", () => this.draw());
    this.element.addEventListener("keydown", (event) => this.key(event));
    this.element.addEventListener("click", (event) => this.click(event));
    this.element.addEventListener("dblclick", (event) => this.click(event, true));
    this.element.addEventListener("contextmenu", (event) => this.context(event));
    this.wireDrop();
    new ResizeObserver(() => this.draw()).observe(this.element);
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
      this.element.replaceChildren(this.body);
      this.draw(true);
    } catch (error) {
      window.clearTimeout(timer);
      this.element.replaceChildren(h("div", { class: "empty" }, icon("warning"), h("p", {}, error instanceof Error ? error.message : String(error)),
        h("button", { type: "button", class: "button", onclick: () => void this.start() }, "Try again")));
      throw error;
    }
  }

  async refresh(paths?: string[]): Promise<void> {
    await this.model.refresh(paths);
    this.draw(true);
  }

  async reveal(path: string): Promise<void> {
    await this.model.reveal(path).catch(() => undefined);
    this.selected = this.focused = path;
    this.draw(true);
    this.scrollTo(path);
  }

  markFailed(files: Iterable<string>): void {
    this.failedFiles = new Set(files);
    this.draw(true);
  }

  /** Somebody is in this file; null: nobody any more. */
  markHere(path: string, colour: string | null): void {
    if (colour) {
      this.here.set(path, colour);
    } else {
      this.here.delete(path);
    }
    this.draw(true);
  }

  collapseAll(): void {
    this.model.open.clear();
    this.model.flatten();
    this.keepOpen();
    this.draw(true);
  }

  create(kind: "file" | "folder"): void {
    const row = this.row(this.focused);
    const folder = row ? (row.kind === "folder" ? row.path : folderOf(row.path)) : "";
    void (folder ? this.model.expand(folder) : Promise.resolve()).then(() => this.name({ path: null, folder, kind }));
  }

  rename(): void {
    const row = this.row(this.focused);
    if (row) {
      this.name({ path: row.path, folder: folderOf(row.path), kind: row.kind === "folder" ? "folder" : "file" });
    }
  }

  async remove(path = this.focused): Promise<void> {
    const row = this.row(path);
    if (!row) {
      return;
    }
    const folder = row.kind === "folder";
    if (!(await confirm(`Delete ${nameOf(path)}?`, folder ? "The folder and everything in it will be gone." : "You can undo this for a few seconds.", "Delete"))) {
      return;
    }
    try {
      const content = !folder && row.size < 8_000_000 ? await (await send("GET", workspaceUrl(`/files/${encodePath(path)}`))).arrayBuffer() : null;
      await send("DELETE", workspaceUrl(`/files/${encodePath(path)}`));
      this.host.deleted(path);
      await this.refresh([path]);
      toast(`Deleted ${nameOf(path)}.`, content ? { seconds: 10, action: { label: "Undo", run: () => void this.write(path, content, `Restored ${nameOf(path)}.`) } } : {});
    } catch (error) {
      fail(`Could not delete ${nameOf(path)}.`, error);
    }
  }

  async upload(files: { path: string; file: File }[], folder: string): Promise<void> {
    let done = 0;
    for (const { path, file } of files) {
      const target = folder ? `${folder}/${path}` : path;
      try {
        await send("PUT", workspaceUrl(`/files/${encodePath(target)}`), file);
        done++;
      } catch (error) {
        fail(`Could not upload ${path}.`, error);
        if (error instanceof ApiError && (error.status === 0 || error.status === 507)) {
          break;
        }
      }
    }
    if (folder) {
      await this.model.expand(folder).catch(() => undefined);
    }
    await this.refresh();
    if (done > 0) {
      toast(done === 1 ? `Uploaded ${files[0]!.path}.` : `Uploaded ${done} files.`);
    }
  }

  chooseUpload(): void {
    const row = this.row(this.focused);
    const folder = row ? (row.kind === "folder" ? row.path : folderOf(row.path)) : "";
    const input = h("input", { type: "file", multiple: true });
    input.addEventListener("change", () => void this.upload([...input.files!].map((file) => ({ path: file.name, file })), folder));
    input.click();
  }

  focus(): void {
    this.element.focus();
  }

  private row(path: string): Row | undefined {
    return this.model.rows.find((row) => row.path === path);
  }

  private async write(path: string, content: ArrayBuffer, said: string): Promise<void> {
    try {
      await send("PUT", workspaceUrl(`/files/${encodePath(path)}`), content);
      await this.refresh([path]);
      toast(said);
    } catch (error) {
      fail(`Could not write ${nameOf(path)}.`, error);
    }
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
        fail(`Could not open ${nameOf(row.path)}.`, error);
      }
    }
    this.keepOpen();
    this.draw(true);
  }

  private draw(force = false): void {
    if (!this.body.isConnected) {
      return;
    }
    const rows = this.model.rows;
    const extra = this.naming && this.naming.path === null ? 1 : 0;
    const first = Math.max(0, Math.floor(this.element.scrollTop / rowHeight) - 8);
    const last = Math.min(rows.length + extra, Math.ceil((this.element.scrollTop + this.element.clientHeight) / rowHeight) + 8);
    const state = `${first}:${last}:${rows.length}`;
    if (!force && state === this.drawn) {
      return;
    }
    this.drawn = state;
    this.body.style.height = `${(rows.length + extra) * rowHeight}px`;
    const keep = this.naming ? this.body.querySelector<HTMLElement>(".naming") : null;
    const at = extra ? this.insertAt(this.naming!.folder) : -1;
    const nodes: HTMLElement[] = [];
    for (let index = first; index < last; index++) {
      if (index === at) {
        nodes.push(keep ?? this.nameRow(this.naming!, index));
        continue;
      }
      const row = rows[at >= 0 && index > at ? index - 1 : index];
      if (row) {
        nodes.push(this.naming?.path === row.path ? (keep ?? this.nameRow(this.naming, index, row)) : this.drawRow(row, index));
      }
    }
    this.body.replaceChildren(...nodes);
    if (rows.length === 0 && !this.naming) {
      this.body.style.height = "";
      this.body.replaceChildren(h("div", { class: "empty", style: "padding-top:40px" }, icon("files"), h("p", {}, "This workspace is empty."),
        h("button", { type: "button", class: "button", onclick: () => this.create("file") }, "New file")));
    }
    const active = this.body.querySelector(".focused");
    this.element.setAttribute("aria-activedescendant", active?.id ?? "");
    this.body.querySelector<HTMLInputElement>(".naming input:not(:focus)")?.focus();
  }

  private drawRow(row: Row, index: number): HTMLElement {
    const folder = row.kind === "folder";
    const classes = ["tree-row"];
    if (row.path === this.selected) {
      classes.push("selected");
    }
    if (row.path === this.focused) {
      classes.push("focused");
    }
    if (this.failedFiles.has(row.path)) {
      classes.push("failed-file");
    }
    const here = this.here.get(row.path);
    return h("div", {
      class: classes.join(" "), id: `row-${index}`, role: "treeitem", "aria-level": row.depth + 1, "aria-expanded": folder ? String(row.open) : undefined,
      "aria-selected": String(row.path === this.selected), "data-path": row.path, draggable: "true", title: row.path,
      style: `top:${index * rowHeight}px;padding-left:${6 + row.depth * 12}px`,
    }, folder ? icon("chevron", "twist") : h("span", { class: "twist" }), folder ? icon("folder", "file-icon") : fileIcon(row.path), h("span", { class: "name" }, nameOf(row.path)),
    here ? h("span", { class: "here", style: `background:${here}` }) : null);
  }

  private insertAt(folder: string): number {
    return folder === "" ? 0 : this.model.rows.findIndex((row) => row.path === folder) + 1;
  }

  private name(naming: Naming): void {
    this.naming = naming;
    this.body.querySelector(".naming")?.remove();
    this.draw(true);
  }

  private nameRow(naming: Naming, index: number, row?: Row): HTMLElement {
    const depth = row?.depth ?? (naming.folder === "" ? 0 : naming.folder.split("/").length);
    const input = h("input", { type: "text", "aria-label": naming.path ? "New name" : `Name of the new ${naming.kind}`, spellcheck: "false", autocomplete: "off" });
    let over = false;
    const finish = async (save: boolean) => {
      if (over) {
        return;
      }
      over = true;
      const value = input.value.trim();
      this.naming = null;
      if (save && value && value !== (naming.path ? nameOf(naming.path) : "")) {
        await this.saveName(naming, value);
      }
      this.draw(true);
      this.element.focus();
    };
    input.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Enter" || event.key === "Escape") {
        event.preventDefault();
        void finish(event.key === "Enter");
      }
    });
    input.addEventListener("blur", () => void finish(true));
    if (naming.path) {
      input.value = nameOf(naming.path);
      const dot = input.value.lastIndexOf(".");
      window.requestAnimationFrame(() => input.setSelectionRange(0, dot > 0 ? dot : input.value.length));
    }
    return h("div", { class: "tree-row naming", style: `top:${index * rowHeight}px;padding-left:${22 + depth * 12}px` }, icon(naming.kind === "folder" ? "folder" : "file", "file-icon"), input);
  }

  private async saveName(naming: Naming, name: string): Promise<void> {
    const path = naming.folder ? `${naming.folder}/${name}` : name;
    try {
      if (naming.path) {
        await postJson(workspaceUrl("/moves"), { from: naming.path, to: path });
        this.host.moved(naming.path, path);
      } else if (naming.kind === "folder") {
        await postJson(workspaceUrl("/folders"), { path });
      } else {
        await send("PUT", workspaceUrl(`/files/${encodePath(path)}`), new Uint8Array(0), { headers: { "If-None-Match": "*" } });
      }
      await this.refresh();
      await this.reveal(path);
      if (!naming.path && naming.kind === "file") {
        this.host.openFile(path, { keep: true });
      }
    } catch (error) {
      fail(naming.path ? `Could not rename ${nameOf(naming.path)}.` : `Could not create ${name}.`, error);
    }
  }

  private click(event: MouseEvent, keep = false): void {
    const path = (event.target as Element).closest<HTMLElement>(".tree-row")?.dataset.path;
    const row = path === undefined ? undefined : this.row(path);
    if (!row) {
      return;
    }
    this.focused = this.selected = row.path;
    if (row.kind === "folder") {
      if (!keep) {
        void this.toggle(row);
      }
    } else {
      this.host.openFile(row.path, { keep, side: event.ctrlKey || event.metaKey });
    }
    this.draw(true);
  }

  private key(event: KeyboardEvent): void {
    const rows = this.model.rows;
    const index = rows.findIndex((row) => row.path === this.focused);
    const row = rows[index];
    const page = Math.max(1, Math.floor(this.element.clientHeight / rowHeight) - 1);
    const go = (to: number) => {
      const next = rows[Math.max(0, Math.min(rows.length - 1, to))];
      if (next) {
        this.focused = next.path;
        this.draw(true);
        this.scrollTo(next.path);
      }
    };
    switch (event.key) {
      case "ArrowDown": go(index + 1); break;
      case "ArrowUp": go(index - 1); break;
      case "PageDown": go(index + page); break;
      case "PageUp": go(index - page); break;
      case "Home": go(0); break;
      case "End": go(rows.length - 1); break;
      case "ArrowRight":
        if (row?.kind === "folder" && !row.open) {
          void this.toggle(row);
        } else {
          go(index + 1);
        }
        break;
      case "ArrowLeft":
        if (row?.open) {
          void this.toggle(row);
        } else if (row && folderOf(row.path)) {
          go(rows.findIndex((other) => other.path === folderOf(row.path)));
        }
        break;
      case "Enter": case " ":
        if (row?.kind === "folder") {
          void this.toggle(row);
        } else if (row) {
          this.selected = row.path;
          this.host.openFile(row.path, { keep: event.key === "Enter" });
          this.draw(true);
        }
        break;
      case "F2": this.rename(); break;
      case "Delete": void this.remove(); break;
      default:
        if (event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) {
          this.typed = event.timeStamp - this.typedAt < 800 ? this.typed + event.key.toLowerCase() : event.key.toLowerCase();
          this.typedAt = event.timeStamp;
          const order = [...rows.slice(index + (this.typed.length === 1 ? 1 : 0)), ...rows.slice(0, index + 1)];
          const found = order.find((other) => nameOf(other.path).toLowerCase().startsWith(this.typed));
          if (found) {
            go(rows.indexOf(found));
          }
          event.preventDefault();
        }
        return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  private scrollTo(path: string): void {
    const top = this.model.rows.findIndex((row) => row.path === path) * rowHeight;
    if (top < this.element.scrollTop) {
      this.element.scrollTop = top;
    } else if (top + rowHeight > this.element.scrollTop + this.element.clientHeight) {
      this.element.scrollTop = top + rowHeight - this.element.clientHeight;
    }
  }

  private context(event: MouseEvent): void {
    event.preventDefault();
    const path = (event.target as Element).closest<HTMLElement>(".tree-row")?.dataset.path ?? (event.button === -1 || event.clientX === 0 ? this.focused : "");
    this.focused = path;
    const row = this.row(path);
    this.draw(true);
    const items: (MenuItem | null)[] = [];
    if (row && row.kind !== "folder") {
      items.push({ label: "Open", key: "Enter", run: () => this.host.openFile(path, { keep: true }) }, { label: "Open to the side", key: "Ctrl+click", run: () => this.host.openFile(path, { keep: true, side: true }) }, null);
    }
    items.push({ label: "New file", run: () => this.create("file") }, { label: "New folder", run: () => this.create("folder") }, { label: "Upload files", run: () => this.chooseUpload() });
    if (row) {
      items.push(null, { label: "Copy path", run: () => void navigator.clipboard.writeText(path) });
      if (row.kind === "file") {
        items.push({ label: "Download", run: () => h("a", { href: workspaceUrl(`/files/${encodePath(path)}`), download: nameOf(path) }).click() });
      }
      items.push(null, { label: "Rename", key: "F2", run: () => this.rename() }, { label: "Delete", key: "Delete", run: () => void this.remove(path) });
    }
    const box = this.element.getBoundingClientRect();
    menu(event.clientX || box.left + 40, event.clientY || box.top + 40, items);
  }

  private wireDrop(): void {
    let target: HTMLElement | null = null;
    const folderAt = (event: DragEvent): string => {
      const row = this.row((event.target as Element).closest<HTMLElement>(".tree-row")?.dataset.path ?? "");
      return row ? (row.kind === "folder" ? row.path : folderOf(row.path)) : "";
    };
    const clear = () => {
      target?.classList.remove("target");
      target = null;
      this.element.classList.remove("drop");
    };
    this.element.addEventListener("dragstart", (event) => {
      const path = (event.target as Element).closest<HTMLElement>(".tree-row")?.dataset.path;
      if (path) {
        event.dataTransfer?.setData("application/x-codex-path", path);
      }
    });
    this.element.addEventListener("dragover", (event) => {
      event.preventDefault();
      clear();
      const folder = folderAt(event);
      target = folder ? this.body.querySelector<HTMLElement>(`[data-path="${CSS.escape(folder)}"]`) : null;
      target?.classList.add("target");
      this.element.classList.toggle("drop", !target);
    });
    this.element.addEventListener("dragleave", clear);
    this.element.addEventListener("drop", (event) => {
      event.preventDefault();
      const folder = folderAt(event);
      clear();
      const moved = event.dataTransfer?.getData("application/x-codex-path");
      if (moved) {
        const to = folder ? `${folder}/${nameOf(moved)}` : nameOf(moved);
        if (to !== moved && folder !== moved && !folder.startsWith(`${moved}/`)) {
          void postJson(workspaceUrl("/moves"), { from: moved, to }).then(() => {
            this.host.moved(moved, to);
            return this.refresh();
          }).catch((error: unknown) => fail(`Could not move ${nameOf(moved)}.`, error));
        }
        return;
      }
      void dropped(event.dataTransfer!).then((files) => this.upload(files, folder));
    });
  }
}

/** Files of a drop, folders walked. */
async function dropped(transfer: DataTransfer): Promise<{ path: string; file: File }[]> {
  const found: { path: string; file: File }[] = [];
  const walk = async (entry: FileSystemEntry): Promise<void> => {
    if (entry.isFile) {
      const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
      found.push({ path: entry.fullPath.replace(/^\//, ""), file });
    } else {
      const reader = (entry as FileSystemDirectoryEntry).createReader();
      for (;;) {
        const batch = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
        if (batch.length === 0) {
          return;
        }
        for (const child of batch) {
          await walk(child);
        }
      }
    }
  };
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter((entry): entry is FileSystemEntry => !!entry);
  if (entries.length === 0) {
    return [...transfer.files].map((file) => ({ path: file.name, file }));
  }
  for (const entry of entries) {
    await walk(entry);
  }
  return found;
}
