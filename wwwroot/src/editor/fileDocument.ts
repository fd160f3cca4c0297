// A text without the hub, for files too large to be edited together: read once, written back whole. Other people's changes are noticed by the file's tag.
import type { editor } from "monaco-editor/editor/editor.api.js";
import { ApiError, encodePath, send, workspaceUrl } from "../shell/api";
import { nameOf } from "../shell/dom";
import { shown } from "../shell/names";
import { choose } from "../shell/overlays";
import { wholeFile } from "./binaryView";
import type { SyncedDocument, SyncEvents, SyncState } from "./documentSync";
import type { Monaco } from "./monaco";

const saveAfter = 1500;
const retryAfter = 3000;

export class FileDocument implements SyncedDocument {
  state: SyncState;
  unsent = 0;
  readonly model: editor.ITextModel;
  readonly lineEnding: string;
  readonly encoding: string;
  private timer = 0;
  private saving: Promise<void> | null = null;
  private asking = false;
  private applying = false;

  private constructor(monaco: Monaco, public path: string, text: string, private tag: string | null, private readonly events: Partial<SyncEvents>, uri: ReturnType<Monaco["Uri"]["parse"]>) {
    const endings = endingsOf(text);
    this.lineEnding = endings;
    this.encoding = text.startsWith("\ufeff") ? "UTF-8 with BOM" : "UTF-8";
    // Monaco keeps one kind of line ending; what has several is shown, not changed.
    this.state = endings === "Mixed" || endings === "CR" ? "readOnly" : "saved";
    this.model = monaco.editor.createModel(text, undefined, uri);
    this.model.onDidChangeContent(() => this.typed());
  }

  /** Rejects with the code "not-text" for bytes that are none. */
  static async open(monaco: Monaco, path: string, events: Partial<SyncEvents>, uri: ReturnType<Monaco["Uri"]["parse"]>): Promise<FileDocument> {
    const { bytes, tag } = await wholeFile(path);
    return new FileDocument(monaco, path, decode(bytes), tag, events, uri);
  }

  save(): Promise<void> {
    window.clearTimeout(this.timer);
    this.saving ??= this.write().finally(() => (this.saving = null));
    return this.saving;
  }

  moveTo(path: string): void {
    this.path = path;
  }

  async changedOnDisk(): Promise<void> {
    if (this.unsent > 0 || this.saving) {
      return;
    }
    try {
      const { bytes, tag } = await wholeFile(this.path);
      if (tag !== this.tag && this.unsent === 0) {
        this.tag = tag;
        this.show(decode(bytes));
      }
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) {
        this.become("gone");
      }
    }
  }

  attach(): () => void {
    return () => undefined;
  }

  dispose(): void {
    window.clearTimeout(this.timer);
    this.model.dispose();
  }

  private typed(): void {
    if (this.applying) {
      return;
    }
    this.unsent++;
    this.become(this.state === "offline" ? "offline" : "saving");
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.save().catch(() => undefined), saveAfter);
  }

  private async write(): Promise<void> {
    if (this.unsent === 0 || this.asking) {
      return;
    }
    const version = this.model.getAlternativeVersionId();
    try {
      const answer = await send("PUT", workspaceUrl(`/files/${encodePath(this.path)}`), this.model.getValue(undefined, true), { headers: this.tag ? { "If-Match": this.tag } : {} });
      this.tag = answer.headers.get("ETag");
      if (this.model.getAlternativeVersionId() === version) {
        this.unsent = 0;
        this.become("saved");
      }
    } catch (error) {
      if (error instanceof ApiError && error.status === 412) {
        await this.ask();
        return;
      }
      this.become("offline");
      this.timer = window.setTimeout(() => void this.save().catch(() => undefined), retryAfter);
      throw error;
    }
  }

  /** Somebody else wrote the file since it was read. */
  private async ask(): Promise<void> {
    this.asking = true;
    const answer = await choose(`${shown(nameOf(this.path))} was changed by somebody else`, "This file is too large to be edited together: either their version stays, or yours.", { theirs: "Take theirs", mine: "Keep mine" });
    this.asking = false;
    if (answer === null) {
      // Undecided: neither is touched, and the next save asks again.
      return;
    }
    const { bytes, tag } = await wholeFile(this.path);
    this.tag = tag;
    if (answer === "theirs") {
      this.unsent = 0;
      this.show(decode(bytes));
      this.become("saved");
    } else {
      await this.write();
    }
  }

  private show(text: string): void {
    this.applying = true;
    this.model.setValue(text);
    this.applying = false;
  }

  private become(state: SyncState): void {
    this.state = state;
    this.events.changed?.(this);
  }
}

/** UTF-8 without NUL, with the byte order mark left in: Monaco keeps it and gives it back. */
function decode(bytes: Uint8Array): string {
  try {
    if (!bytes.subarray(0, 8192).includes(0)) {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    }
  } catch {
    // Told below.
  }
  throw new ApiError(415, "not-text", "This file is not text.");
}

function endingsOf(text: string): "LF" | "CRLF" | "CR" | "Mixed" {
  let [lf, crlf, cr] = [false, false, false];
  for (const [ending] of text.matchAll(/\r\n|\r|\n/g)) {
    lf ||= ending === "\n";
    crlf ||= ending === "\r\n";
    cr ||= ending === "\r";
    if (Number(lf) + Number(crlf) + Number(cr) > 1) {
      return "Mixed";
    }
  }
  return crlf ? "CRLF" : cr ? "CR" : "LF";
}
