// The explorer's model: folders are loaded when they are opened; the visible rows are a flat list.
import { ApiError, getJson, workspaceUrl } from "../shell/api";
import { folderOf, nameOf } from "../shell/dom";

export interface TreeEntry {
  path: string;
  kind: "file" | "folder" | "link";
  size: number;
  modifiedAt: string;
}

export interface Row extends TreeEntry {
  depth: number;
  open: boolean;
  /** Place among its siblings, from 1, and how many they are. */
  place: number;
  of: number;
}

const byName = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
const inOrder = (a: TreeEntry, b: TreeEntry) => Number(b.kind === "folder") - Number(a.kind === "folder") || byName.compare(nameOf(a.path), nameOf(b.path));
/** Where a path is after a move of it, or of a folder above it. */
export const movedPath = (path: string, from: string, to: string) => (path === from ? to : path.startsWith(`${from}/`) ? to + path.slice(from.length) : path);
export const treeUrl = (path: string, depth: number) => workspaceUrl(`/tree?path=${encodeURIComponent(path)}&depth=${depth}`);

export class TreeModel {
  private readonly folders = new Map<string, TreeEntry[]>();
  private places = new Map<string, number>();
  /** The last question for each folder: the answer to an older one may come later and is not true any more. */
  private readonly asked = new Map<string, Promise<TreeEntry[]>>();
  private moves = 0;
  readonly open = new Set<string>();
  rows: Row[] = [];

  async load(path: string): Promise<void> {
    const moves = this.moves;
    const question = getJson<{ entries: TreeEntry[] }>(treeUrl(path, 1)).then((answer) => answer.entries.filter((entry) => folderOf(entry.path) === path).sort(inOrder));
    this.asked.set(path, question);
    const entries = await question;
    if (this.moves !== moves) {
      await this.load(path);
    } else if (this.asked.get(path) === question) {
      this.folders.set(path, entries);
    } else {
      await this.asked.get(path);
    }
  }

  /** A file or folder has another path: what is known of it moves along, without asking. */
  moved(from: string, to: string): void {
    this.moves++;
    const entry = this.row(from);
    const known = [...this.folders].map(([path, entries]) =>
      [movedPath(path, from, to), entries.filter((one) => one.path !== from && !(entry && one.path === to)).map((one) => ({ ...one, path: movedPath(one.path, from, to) }))] as const);
    this.folders.clear();
    known.forEach(([path, entries]) => this.folders.set(path, entries));
    if (entry) {
      const { path: _, kind, size, modifiedAt } = entry;
      this.folders.get(folderOf(to))?.push({ path: to, kind, size, modifiedAt });
      this.folders.get(folderOf(to))?.sort(inOrder);
    }
    const opened = [...this.open].map((path) => movedPath(path, from, to));
    this.open.clear();
    opened.forEach((path) => this.open.add(path));
    this.flatten();
  }

  /** Loads again what is loaded. A folder that is not there any more is forgotten; one that cannot be asked for now stays as it was. */
  async refresh(paths?: string[]): Promise<void> {
    const known = [...this.folders.keys()].filter((path) => !paths || paths.some((changed) => changed === "" || folderOf(changed) === path || changed === path || path.startsWith(`${changed}/`)));
    await Promise.all((known.length ? known : [""]).map((path) => this.load(path).catch((error: unknown) => {
      if (path !== "" && error instanceof ApiError && error.status === 404) {
        this.forget(path);
      }
    })));
    this.flatten();
  }

  async expand(path: string): Promise<void> {
    if (!this.folders.has(path)) {
      await this.load(path);
    }
    this.open.add(path);
    this.flatten();
  }

  collapse(path: string): void {
    this.open.delete(path);
    this.flatten();
  }

  /** Opens every folder above a path. */
  async reveal(path: string): Promise<void> {
    const parts = path.split("/").slice(0, -1);
    for (let index = 1; index <= parts.length; index++) {
      await this.expand(parts.slice(0, index).join("/"));
    }
  }

  /** Where a path is among the rows, or -1. */
  indexOf(path: string): number {
    return this.places.get(path) ?? -1;
  }

  row(path: string): Row | undefined {
    return this.rows[this.indexOf(path)];
  }

  flatten(): void {
    const rows: Row[] = [];
    const walk = (path: string, depth: number) => {
      const entries = this.folders.get(path) ?? [];
      entries.forEach((entry, index) => {
        const open = entry.kind === "folder" && this.open.has(entry.path);
        rows.push({ ...entry, depth, open, place: index + 1, of: entries.length });
        if (open) {
          walk(entry.path, depth + 1);
        }
      });
    };
    walk("", 0);
    this.rows = rows;
    this.places = new Map(rows.map((row, index) => [row.path, index]));
  }

  private forget(path: string): void {
    this.folders.delete(path);
    this.open.delete(path);
  }
}

/** Every file of the workspace, for quick open; kept until the tree changes. */
export class FileIndex {
  private files: Promise<string[]> | undefined;

  all(): Promise<string[]> {
    this.files ??= getJson<{ entries: TreeEntry[] }>(treeUrl("", 32))
      .then((answer) => answer.entries.filter((entry) => entry.kind === "file").map((entry) => entry.path))
      .catch((error: unknown) => {
        this.files = undefined;
        throw error;
      });
    return this.files;
  }

  changed(): void {
    this.files = undefined;
  }
}
