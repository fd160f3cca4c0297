// Pages with the browser's sync client, and a bad network between them, all from a seed: messages are delayed, events reordered, answers lost,
// connections cut, pages closed and opened again with what their store kept.
import type { DocumentClient } from "../../../wwwroot/src/documents/client.ts";
import { openClient } from "../../../wwwroot/src/documents/opening.ts";
import type { Pending, PendingStore } from "../../../wwwroot/src/documents/pending.ts";
import { apply, replace } from "../../../wwwroot/src/documents/operation.ts";
import type { Edited, Listener, OpenAnswer, OpenRequest, Submission, SubmitAnswer, Transport } from "../../../wwwroot/src/documents/protocol.ts";
import { UndoHistory } from "../../../wwwroot/src/documents/undo.ts";
import type { Server } from "./server.ts";

export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** One page's connection: everything takes a while, and it may be cut. */
export class Wire implements Transport {
  connected = true;
  private readonly ears = new Set<Listener>();
  private generation = 0;

  constructor(private readonly server: Server, private readonly random: () => number) {
    server.listeners.add(this);
  }

  async open(request: OpenRequest, listener: Listener): Promise<OpenAnswer> {
    await this.travel();
    const answer = await this.server.open(request);
    this.ears.add(listener);
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

  close(_: string, listener: Listener): void {
    this.ears.delete(listener);
  }

  published(event: Edited): void {
    const generation = this.generation;
    if (this.connected && this.random() < 0.97) {
      setTimeout(() => generation === this.generation && this.ears.forEach((ear) => ear.edited(event)), this.random() * 12);
    }
  }

  cut(): void {
    this.down();
    setTimeout(() => this.up(), this.random() * 20);
  }

  down(): void {
    this.connected = false;
    this.generation++;
    this.ears.forEach((ear) => ear.connection(false));
  }

  up(): void {
    this.connected = true;
    this.ears.forEach((ear) => ear.connection(true));
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

  /** For a while nothing of others may be shown, because a character is being composed. */
  compose(): void {
    const { client } = this;
    client.hold();
    setTimeout(() => client.release(), this.random() * 30);
  }

  /** The tab is closed in the middle of everything and opened again. */
  async reload(): Promise<void> {
    this.wire.connected = false;
    this.client.dispose();
    await this.start();
  }
}
