// The messages of /hubs/documents.
import type { Bounds, Operation } from "./operation.ts";

export interface Actor {
  id: string;
  name: string;
  kind: string;
}

export interface Edited {
  documentId: string;
  revision: number;
  clientId: string;
  clientSequence: number;
  actor: Actor;
  operation: Operation;
}

export interface CursorRange {
  anchor: number;
  head: number;
}

export interface CursorMoved {
  documentId: string;
  actor: Actor;
  source: string;
  revision: number;
  ranges: CursorRange[];
}

export interface OpenRequest {
  workspaceId: string;
  path: string;
  checkout?: string;
  knownRevision?: number;
  mostBytes?: number;
}

export interface OpenAnswer {
  documentId?: string;
  revision?: number;
  text?: string | null;
  operations?: Edited[] | null;
  hash?: string;
  /** Of others, where they are now. */
  cursors?: CursorMoved[] | null;
  limits?: Bounds;
  readOnly?: boolean | null;
  lineEnding?: string | null;
  encoding?: string | null;
  error?: string | null;
  detail?: string | null;
}

export interface Submission {
  documentId: string;
  clientId: string;
  clientSequence: number;
  baseRevision: number;
  operation: Operation;
}

export interface SubmitAnswer {
  revision?: number | null;
  operation?: Operation | null;
  error?: string | null;
}

/** The way to the server. Calls reject when the connection is lost. */
export interface Transport {
  readonly connected: boolean;
  open(request: OpenRequest, client: Listener): Promise<OpenAnswer>;
  submit(submission: Submission): Promise<SubmitAnswer>;
  save(documentId: string): Promise<SubmitAnswer>;
  setCursor(documentId: string, revision: number, ranges: CursorRange[]): void;
  /** This client is done with the document; another one of this page may go on with it. */
  close(documentId: string, client: Listener): void;
}

/** What a document hears from the way to the server. */
export interface Listener {
  edited(event: Edited): void;
  cursor(event: CursorMoved): void;
  reset(): void;
  moved(path: string | null): void;
  /** The connection is there (again) or gone. */
  connection(connected: boolean): void;
}
