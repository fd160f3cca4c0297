// The first opening of a document by this page.
import { DocumentClient } from "./client.ts";
import { OpenError, type Notices, type Pending, type PendingStore } from "./pending.ts";
import type { Edited, Listener, Transport } from "./protocol.ts";

/** Opens the document, continuing from what an earlier page did not get acknowledged. Rejects with the server's refusal. */
export async function openClient(
  transport: Transport, workspaceId: string, path: string, checkout: string | undefined, store: PendingStore, notices: Notices, kept: Pending | null,
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
  let answer = await transport.open({ workspaceId, path, checkout, knownRevision: kept?.revision }, listener);
  if (kept && !answer.error && answer.documentId !== kept.documentId) {
    // Deleted and made anew since: its revisions are not those that were kept.
    answer = await transport.open({ workspaceId, path, checkout }, listener);
  }
  if (answer.error) {
    throw new OpenError(answer.error, answer.detail ?? answer.error);
  }
  client = new DocumentClient(transport, workspaceId, path, checkout, kept?.clientId ?? crypto.randomUUID(), store, notices, listener, answer, kept);
  const beginning = client.begin(answer);
  early.forEach((event) => client!.edited(event));
  await beginning;
  return client;
}
