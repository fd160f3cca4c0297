// What the page needs of a document that is kept in step with the server.
import type { editor } from "monaco-editor/editor/editor.api.js";
import type { Person } from "../shell/status";

export type SyncState = "saved" | "saving" | "offline" | "readOnly" | "gone";

export interface SyncedDocument {
  readonly path: string;
  readonly model: editor.ITextModel;
  readonly state: SyncState;
  /** Edits that the server has not yet acknowledged. */
  readonly unsent: number;
  /** How the file's lines end and how its characters are stored, e.g. "CRLF" and "UTF-8 with BOM". */
  readonly lineEnding: string;
  readonly encoding: string;
  /** Only shown until somebody chooses to edit it, because it has so many bytes. */
  readonly largeBytes?: number;
  /** Resolves when everything typed is acknowledged. */
  save(): Promise<void>;
  /** The file has another path now; the document goes on. */
  moveTo(path: string): void;
  /** The file changed on disk: a document that does not hear so by itself looks again. */
  changedOnDisk?(): Promise<void>;
  /** Offset of somebody's cursor in the text, if they have one here. */
  cursorOf?(is: (person: Person) => boolean): number | undefined;
  attach(view: editor.IStandaloneCodeEditor): () => void;
  dispose(): void;
}

export interface SyncEvents {
  changed: (document: SyncedDocument) => void;
  /** Someone is in this document now, at this place; null when they left. */
  presence: (document: SyncedDocument, person: Person, here: boolean) => void;
  /** Someone's cursor is at this offset now. */
  cursor: (document: SyncedDocument, person: Person, offset: number) => void;
  /** The agent changed these lines (1-based). */
  agentEdited: (document: SyncedDocument, firstLine: number, lastLine: number) => void;
}
