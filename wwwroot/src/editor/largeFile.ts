// A file that is large: shown as it is on disk, read only, until somebody chooses to edit it and it is opened as a document.
import type { editor } from "monaco-editor/editor/editor.api.js";
import { ApiError } from "../shell/api";
import { wholeFile } from "./binaryView";
import type { SyncedDocument, SyncEvents, SyncState } from "./documentSync";
import type { Monaco } from "./monaco";

export class LargeFile implements SyncedDocument {
  state: SyncState = "readOnly";
  readonly unsent = 0;
  readonly model: editor.ITextModel;
  readonly lineEnding: string;
  readonly encoding: string;

  private constructor(monaco: Monaco, public path: string, text: string, readonly largeBytes: number, private tag: string | null, private readonly events: Partial<SyncEvents>, uri: ReturnType<Monaco["Uri"]["parse"]>) {
    this.lineEnding = endingsOf(text);
    this.encoding = text.startsWith("\ufeff") ? "UTF-8 with BOM" : "UTF-8";
    this.model = monaco.editor.createModel(text, undefined, uri);
  }

  /** Rejects with the code "not-text" for bytes that are none. */
  static async open(monaco: Monaco, path: string, events: Partial<SyncEvents>, uri: ReturnType<Monaco["Uri"]["parse"]>): Promise<LargeFile> {
    const { bytes, tag } = await wholeFile(path);
    return new LargeFile(monaco, path, decode(bytes), bytes.length, tag, events, uri);
  }

  save(): Promise<void> {
    return Promise.resolve();
  }

  moveTo(path: string): void {
    this.path = path;
  }

  async changedOnDisk(): Promise<void> {
    try {
      const { bytes, tag } = await wholeFile(this.path);
      if (tag !== this.tag && !this.model.isDisposed()) {
        this.tag = tag;
        this.model.setValue(decode(bytes));
      }
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) {
        this.state = "gone";
        this.events.changed?.(this);
      }
    }
  }

  attach(): () => void {
    return () => undefined;
  }

  dispose(): void {
    this.model.dispose();
  }
}

/** UTF-8 without NUL, with the byte order mark left in. */
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
