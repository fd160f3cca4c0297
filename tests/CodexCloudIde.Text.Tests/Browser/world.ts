// A sequencer, pages with the browser's sync client, and a bad network between them, all from a seed: messages are delayed, events reordered, answers lost,
// connections cut, pages closed and opened again with what their store kept.
import type { DocumentClient } from "../../../wwwroot/src/documents/client.ts";
import { openClient } from "../../../wwwroot/src/documents/opening.ts";
import type { Pending, PendingStore } from "../../../wwwroot/src/documents/pending.ts";
import { apply, hash, replace, requiredLength, transform, type Operation } from "../../../wwwroot/src/documents/operation.ts";
import type { Actor, Edited, Listener, OpenAnswer, OpenRequest, Submission, SubmitAnswer, Transport } from "../../../wwwroot/src/documents/protocol.ts";
import { UndoHistory } from "../../../wwwroot/src/documents/undo.ts";

const actor: Actor = { id: "u", name: "U", kind: "user" };

export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export class Server {
  text = "start\n";
  documentId = "d1";
  log: Edited[] = [];
  readonly listeners = new Set<Wire>();

  /** @param remembered Revisions back from the newest that an edit may still be based on, and that can be told again. */
  constructor(private readonly remembered = Infinity) {}

  /** Deleted and made anew, while nobody listened. */
  recreate(text: string): void {
    this.text = text;
    this.documentId = "d2";
    this.log = [];
  }

  submit(submission: Submission): SubmitAnswer {
    const known = submission.documentId === this.documentId && this.log.find((event) => event.clientId === submission.clientId && event.clientSequence === submission.clientSequence);
    if (known) {
      return { revision: known.revision, operation: known.operation };
    }
    if (submission.documentId !== this.documentId) {
      return { error: "notFound" };
    }
    const last = this.log.filter((event) => event.clientId === submission.clientId).length;
    if (submission.clientSequence !== last + 1) {
      throw new Error(`gap: ${submission.clientSequence} after ${last}`);
    }
    if (submission.baseRevision < this.log.length - this.remembered) {
      return { error: "staleRevision" };
    }
    let operation: Operation = submission.operation;
    for (const event of this.log.slice(submission.baseRevision)) {
      operation = transform(event.operation, operation)[1];
    }
    if (requiredLength(operation) > this.text.length) {
      throw new Error("beyond the end");
    }
    this.text = apply(operation, this.text);
    const event = { documentId: this.documentId, revision: this.log.length + 1, clientId: submission.clientId, clientSequence: submission.clientSequence, actor, operation };
    this.log.push(event);
    this.listeners.forEach((wire) => wire.published(event));
    return { revision: event.revision, operation };
  }

  async open(request: OpenRequest): Promise<OpenAnswer> {
    const [revision, text] = [this.log.length, this.text];
    const operations = request.knownRevision === undefined || request.knownRevision > revision || request.knownRevision < revision - this.remembered ? null : this.log.slice(request.knownRevision);
    return { documentId: this.documentId, revision, text: operations ? null : text, operations, hash: (await hash(text)) ?? undefined, readOnly: false };
  }
}

/** One page's connection: everything takes a while, and it may be cut. */
export class Wire implements Transport {
  connected = true;
  private listener: Listener | null = null;
  private generation = 0;

  constructor(private readonly server: Server, private readonly random: () => number) {
    server.listeners.add(this);
  }

  async open(request: OpenRequest, listener: Listener): Promise<OpenAnswer> {
    await this.travel();
    const answer = await this.server.open(request);
    this.listener = listener;
    await this.travel();
    return answer;
  }

  async submit(submission: Submission): Promise<SubmitAnswer> {
    await this.travel();
    if (this.random() < 0.05) {
      return { error: this.random() < 0.5 ? "tooFast" : "unavailable" };
    }
    const answer = this.server.submit(submission);
    await this.travel();
    return answer;
  }

  async save(): Promise<SubmitAnswer> {
    return {};
  }

  setCursor(): void {}

  close(): void {
    this.server.listeners.delete(this);
  }

  published(event: Edited): void {
    const listener = this.listener;
    const generation = this.generation;
    if (this.connected && listener && this.random() < 0.97) {
      setTimeout(() => generation === this.generation && listener.edited(event), this.random() * 12);
    }
  }

  cut(): void {
    this.down();
    setTimeout(() => this.up(), this.random() * 20);
  }

  down(): void {
    this.connected = false;
    this.generation++;
    this.listener?.connection(false);
  }

  up(): void {
    this.connected = true;
    this.listener?.connection(true);
  }

  private async travel(): Promise<void> {
    const generation = this.generation;
    await new Promise((resolve) => setTimeout(resolve, this.random() * 8));
    if (!this.connected || generation !== this.generation) {
      throw new Error("the connection is lost");
    }
  }
}

export class Page {
  readonly kept = new Map<string, Pending>();
  client!: DocumentClient;
  shown = "";
  wire!: Wire;
  private history = new UndoHistory();

  /** @param undoing How often it takes back what it has typed, and does it again: 0 to 1. */
  constructor(private readonly server: Server, private readonly random: () => number, private readonly undoing = 0.2) {}

  async start(): Promise<void> {
    this.wire = new Wire(this.server, this.random);
    const store: PendingStore = { put: (pending) => this.kept.set(pending.clientId, structuredClone(pending)), remove: (id) => this.kept.delete(id) };
    for (;;) {
      try {
        this.client = await openClient(
          this.wire, "w", "p", undefined, store, { changed: () => undefined, notice: (text) => { throw new Error(text); }, moved: () => undefined }, [...this.kept.values()][0] ?? null);
        break;
      } catch (error) {
        if ((error as Error).message !== "the connection is lost") {
          throw error;
        }
      }
    }
    this.shown = this.client.text;
    this.history = new UndoHistory();
    this.client.replica = {
      applyRemote: (operation) => {
        this.shown = apply(operation, this.shown);
        this.history.rebase(operation);
      },
      cursorMoved: () => undefined,
      caughtUp: () => undefined,
    };
  }

  type(mark: string): void {
    const position = Math.floor(this.random() * (this.shown.length + 1));
    const operation = replace(position, 0, mark);
    this.history.record(operation, this.shown);
    this.shown = apply(operation, this.shown);
    this.client.edit(operation);
    // Taken back and done again, it must still be there once.
    if (this.random() < this.undoing) {
      for (const which of ["undo", "redo"] as const) {
        const step = this.history[which](this.shown);
        if (step) {
          this.shown = apply(step, this.shown);
          this.client.edit(step);
        }
      }
    }
  }

  cut(): void {
    this.wire.cut();
  }

  /** The tab is closed in the middle of everything and opened again. */
  async reload(): Promise<void> {
    this.wire.connected = false;
    this.client.dispose();
    this.wire.close();
    await this.start();
  }
}
