// What of a document survives the page, and what a page is told about it.
import { growth, identity, requiredLength, type Operation } from "./operation.ts";
import type { Actor, CursorMoved } from "./protocol.ts";

export type SyncState = "saved" | "saving" | "offline" | "readOnly" | "gone";

/** What shows the text. */
export interface Replica {
  /** Somebody else's edit, already transformed to fit what is shown. */
  applyRemote(operation: Operation, actor: Actor): void;
  cursorMoved(event: CursorMoved): void;
  /** Everything typed is acknowledged: places in the text mean the same to the server now. */
  caughtUp(): void;
}

export interface Notices {
  changed(): void;
  /** Something was mended or could not be kept; `text` says it to the person. `lost`: the whole text as it was typed, where the server will never take it. */
  notice(text: string, lost?: string): void;
  moved(from: string, to: string): void;
}

/** What survives the page: enough to send again and to continue. */
export interface Pending {
  /** Whose revisions these are; pages of earlier versions did not say. */
  documentId?: string;
  clientId: string;
  sequence: number;
  revision: number;
  /** An older text of the server and the edit that makes it the text at `revision`: the text need not be written again for every edit. */
  base: string;
  since: Operation;
  frozen: Frozen | null;
  inFlight: Operation | null;
  buffer: Operation;
  unsent: number;
}

/** What is put is adopted by no other page while this one lives. */
export interface PendingStore {
  put(pending: Pending): void;
  remove(clientId: string): void;
}

export interface Frozen {
  baseRevision: number;
  operation: Operation;
}

/** Whose edits those are that nobody typed. */
export const server: Actor = { id: "system", name: "System", kind: "system" };

/** The server does not open this document for editing. */
export class OpenError extends Error {
  constructor(readonly code: string, detail: string) {
    super(detail);
  }
}

/** Would the operation fit? Guards against what came from a store that another version wrote. */
export const fits = (pending: Pending): boolean =>
  requiredLength(pending.since) <= pending.base.length && requiredLength(pending.inFlight ?? identity) <= pending.base.length + growth(pending.since);
