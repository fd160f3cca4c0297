// The door of this folder: opens a document for an editor.
import type { editor } from "monaco-editor/editor/editor.api.js";
import { DocumentHub } from "./hub.ts";
import { SyncedDocument, type DocumentEvents } from "./monacoBinding.ts";
import { deliver, openClient } from "./opening.ts";
import { OpenError, type Notices } from "./pending.ts";
import type { Actor } from "./protocol.ts";
import { IndexedPending, openDatabase } from "./store.ts";

type Monaco = typeof import("monaco-editor/editor/editor.api.js");

export { OpenError, SyncedDocument };
export type { DocumentEvents };

export interface OpenOptions {
  workspaceId: string;
  path: string;
  checkout?: string;
  /** More is refused with "tooLarge", unless edits of it still wait to be sent. */
  mostBytes?: number;
  /** Whose unacknowledged edits these are: a browser may be shared. */
  person: string;
  uri: ReturnType<Monaco["Uri"]["parse"]>;
  colourOf: (actor: Actor) => string;
  events: Partial<DocumentEvents>;
}

let hub: DocumentHub | undefined;
let database: Promise<IDBDatabase | null> | undefined;

/** Connects and opens the store while the editor is still loading, so that the first document waits for neither. */
export function prepare(): void {
  hub ??= new DocumentHub();
  hub.connect();
  database ??= openDatabase();
}

/**
 * The document, kept in step from now on. Rejects with an OpenError whose code is one of the hub's: notFound, forbidden, tooLarge, binary, invalidEncoding.
 */
export async function openDocument(monaco: Monaco, options: OpenOptions): Promise<SyncedDocument> {
  hub ??= new DocumentHub();
  database ??= openDatabase();
  const recordsOf = (path: string) => [options.workspaceId, options.checkout ?? "live", path, options.person].join("/");
  const store = new IndexedPending(await database, recordsOf(options.path));
  const left = await store.adopt();
  let document: SyncedDocument | undefined;
  const notices: Notices = {
    changed: () => document?.changed(),
    notice: (text, lost) => document?.notice(text, lost),
    moved: (from, to) => {
      store.document = recordsOf(to);
      document?.moved(from, to);
    },
  };
  const [mine, ...others] = left;
  const client = await openClient(hub, options.workspaceId, options.path, options.checkout, store, notices, mine ?? null, options.mostBytes);
  document = new SyncedDocument(monaco, client, options.uri, options.events, options.colourOf);
  if (client.readOnly && left.length > 0) {
    document.notice("What you typed here earlier is not saved, and you may only read this file now. It is kept in this browser.");
  } else {
    // What more pages left behind is sent under their own names. The person does not wait for it.
    const told: Notices = { ...notices, changed: () => undefined, moved: () => undefined };
    others.forEach((other) => void deliver(hub!, options.workspaceId, options.path, options.checkout, store, told, other).catch(() => undefined));
  }
  return document;
}

export type { editor };
