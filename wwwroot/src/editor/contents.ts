// What the open files hold. A document is opened once however many tabs show it, and closed with the last of them.
import { ApiError } from "../shell/api";
import { hexView, beginningView, isPicture, pictureView } from "./binaryView";
import type { SyncedDocument } from "./documentSync";
import type { Monaco } from "./monaco";
import type { Content } from "./tab";

/**
 * `large`: to edit it, whatever its size; else a large one is only shown. Rejects with an ApiError of type "not-text" for bytes that are none, "too-large" for more
 * than an editor holds.
 */
export type OpenDocument = (monaco: Monaco, path: string, large: boolean) => Promise<SyncedDocument>;

const longestWait = 3000;

export class Contents {
  private readonly opening = new Map<string, Promise<SyncedDocument>>();
  private readonly ready = new Map<string, SyncedDocument>();

  constructor(private readonly monacoReady: Promise<Monaco>, private readonly openDocument: OpenDocument) {}

  get documents(): Iterable<SyncedDocument> {
    return this.ready.values();
  }

  document(path: string): SyncedDocument | undefined {
    return this.ready.get(path);
  }

  async load(path: string): Promise<Content> {
    if (isPicture(path)) {
      return { kind: "view", element: await pictureView(path) };
    }
    try {
      return { kind: "text", document: await this.open(path) };
    } catch (error) {
      const type = error instanceof ApiError ? error.type : "";
      if (type === "not-text") {
        return { kind: "view", element: await hexView(path) };
      }
      if (type === "too-large") {
        return { kind: "view", element: await beginningView(path) };
      }
      throw error;
    }
  }

  /** A large file that is only shown until now, to be edited. What shows it has to show the new document instead; `leave` lets the old one go. Rejects as loading does. */
  async edit(path: string, leave: (document: SyncedDocument) => void): Promise<SyncedDocument> {
    const monaco = await this.monacoReady;
    const document = await this.openDocument(monaco, path, true);
    const before = this.ready.get(path);
    this.opening.set(path, Promise.resolve(document));
    this.ready.set(path, document);
    if (before) {
      leave(before);
      before.dispose();
    }
    return document;
  }

  /** What was typed into these files has arrived, or the server is away for longer than anybody waits. */
  async settled(isMeant: (path: string) => boolean): Promise<void> {
    const typed = [...this.documents].filter((document) => document.unsent > 0 && isMeant(document.path));
    await Promise.race([Promise.allSettled(typed.map((document) => document.save())), new Promise((resolve) => setTimeout(resolve, longestWait))]);
  }

  /** The file has another path; what is open of it goes on. */
  move(from: string, to: string): void {
    for (const map of [this.opening, this.ready] as Map<string, unknown>[]) {
      const value = map.get(from);
      if (value !== undefined) {
        map.delete(from);
        map.set(to, value);
      }
    }
    this.ready.get(to)?.moveTo(to);
  }

  /** The last tab of a file is closed. What was typed is sent first; the text is let go afterwards. */
  release(path: string, leave: (document: SyncedDocument) => void): void {
    const opened = this.opening.get(path);
    this.opening.delete(path);
    this.ready.delete(path);
    void opened?.then(async (document) => {
      leave(document);
      if (document.state !== "gone") {
        await document.save().catch(() => undefined);
      }
      document.dispose();
    }, () => undefined);
  }

  private async open(path: string): Promise<SyncedDocument> {
    let opening = this.opening.get(path);
    if (!opening) {
      opening = this.monacoReady.then((monaco) => this.openDocument(monaco, path, false));
      this.opening.set(path, opening);
    }
    try {
      const document = await opening;
      // It may have been closed, or moved, while it was being opened.
      if (this.opening.get(document.path) === opening) {
        this.ready.set(document.path, document);
      }
      return document;
    } catch (error) {
      if (this.opening.get(path) === opening) {
        this.opening.delete(path);
      }
      throw error;
    }
  }
}
