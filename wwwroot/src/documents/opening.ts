// The first opening of a document by this page, for an editor or only to send what another page left.
import { DocumentClient } from "./client.ts";
import { OpenError, type Notices, type Pending, type PendingStore } from "./pending.ts";
import type { Edited, Listener, Transport } from "./protocol.ts";
import { openAfter } from "./reopening.ts";

/**
 * Opens the document, continuing from what an earlier page did not get acknowledged. A viewer sees the server's text, and that stays in the store until it may be
 * sent. Rejects with the server's refusal.
 */
export async function openClient(
  transport: Transport, workspaceId: string, path: string, checkout: string | undefined, store: PendingStore, notices: Notices, kept: Pending | null, mostBytes?: number,
): Promise<DocumentClient> {
  let client: DocumentClient | null = null;
  const early: Edited[] = [];
  // Events may overtake the answer.
  const listener: Listener = {
    edited: (event) => (client ? client.edited(event) : early.push(event)),
    cursor: (event) => client?.cursor(event),
    reset: () => client?.reset(),
    moved: (to) => client?.moved(to),
    connection: (connected) => client?.connection(connected),
  };
  const open = (known: Pending | null) => openAfter(
    transport, { workspaceId, path, checkout, mostBytes: known ? undefined : mostBytes }, listener, { documentId: known?.documentId ?? "", revision: known?.revision ?? 0 }, known === null);
  let answer = await open(kept);
  if (kept && answer.readOnly) {
    kept = null;
    answer = await open(kept);
  }
  if (answer.error) {
    throw new OpenError(answer.error, answer.detail ?? answer.error);
  }
  client = new DocumentClient(transport, workspaceId, path, checkout, store, notices, listener, answer, kept);
  early.forEach((event) => client!.edited(event));
  client.begin();
  return client;
}

/**
 * Sends what another page left, under that page's own name, then lets go. To be waited for by nobody: the server may refuse it, or not be there. What it
 * does not take is told by `notices` or stays in the store.
 */
export async function deliver(
  transport: Transport, workspaceId: string, path: string, checkout: string | undefined, store: PendingStore, notices: Notices, left: Pending,
): Promise<void> {
  const courier = await openClient(transport, workspaceId, path, checkout, store, notices, left);
  try {
    await courier.save();
  } finally {
    courier.dispose();
  }
}
