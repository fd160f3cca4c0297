// The browser's sync client against a sequencer over a bad network, from a seed: messages are delayed, events reordered, answers lost, connections cut, pages
// closed and opened again with what their store kept. At the end everybody has the same text, and every edit was sequenced exactly once.
import type { DocumentClient } from "../../../wwwroot/src/documents/client.ts";
import { openClient } from "../../../wwwroot/src/documents/opening.ts";
import type { Pending, PendingStore } from "../../../wwwroot/src/documents/pending.ts";
import { apply, hash, replace, requiredLength, transform, type Operation } from "../../../wwwroot/src/documents/operation.ts";
import type { Actor, Edited, Listener, OpenAnswer, OpenRequest, Submission, SubmitAnswer, Transport } from "../../../wwwroot/src/documents/protocol.ts";
import { UndoHistory } from "../../../wwwroot/src/documents/undo.ts";

const actor: Actor = { id: "u", name: "U", kind: "user" };

function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

class Server {
  text = "start\n";
  readonly log: Edited[] = [];
  readonly listeners = new Set<Wire>();

  submit(submission: Submission): SubmitAnswer {
    const known = this.log.find((event) => event.clientId === submission.clientId && event.clientSequence === submission.clientSequence);
    if (known) {
      return { revision: known.revision, operation: known.operation };
    }
    const last = this.log.filter((event) => event.clientId === submission.clientId).length;
    if (submission.clientSequence !== last + 1) {
      throw new Error(`gap: ${submission.clientSequence} after ${last}`);
    }
    let operation: Operation = submission.operation;
    for (const event of this.log.slice(submission.baseRevision)) {
      operation = transform(event.operation, operation)[1];
    }
    if (requiredLength(operation) > this.text.length) {
      throw new Error("beyond the end");
    }
    this.text = apply(operation, this.text);
    const event = { documentId: "d1", revision: this.log.length + 1, clientId: submission.clientId, clientSequence: submission.clientSequence, actor, operation };
    this.log.push(event);
    this.listeners.forEach((wire) => wire.published(event));
    return { revision: event.revision, operation };
  }

  async open(request: OpenRequest): Promise<OpenAnswer> {
    const [revision, text] = [this.log.length, this.text];
    const operations = request.knownRevision === undefined || request.knownRevision > revision ? null : this.log.slice(request.knownRevision);
    return { documentId: "d1", revision, text: operations ? null : text, operations, hash: (await hash(text)) ?? undefined, readOnly: false };
  }
}

/** One page's connection: everything takes a while, and it may be cut. */
class Wire implements Transport {
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
    this.connected = false;
    this.generation++;
    this.listener?.connection(false);
    setTimeout(() => {
      this.connected = true;
      this.listener?.connection(true);
    }, this.random() * 20);
  }

  private async travel(): Promise<void> {
    const generation = this.generation;
    await new Promise((resolve) => setTimeout(resolve, this.random() * 8));
    if (!this.connected || generation !== this.generation) {
      throw new Error("the connection is lost");
    }
  }
}

class Page {
  readonly kept = new Map<string, Pending>();
  client!: DocumentClient;
  shown = "";
  private wire!: Wire;
  private history = new UndoHistory();

  constructor(private readonly server: Server, private readonly random: () => number) {}

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
    if (this.random() < 0.2) {
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

async function run(seed: number): Promise<void> {
  const random = generator(seed);
  const server = new Server();
  const pages = Array.from({ length: 2 + Math.floor(random() * 3) }, () => new Page(server, random));
  await Promise.all(pages.map((page) => page.start()));
  const marks: string[] = [];
  for (let step = 0; step < 60; step++) {
    const page = pages[Math.floor(random() * pages.length)]!;
    // One unit each, so that no other edit can come into the middle of it.
    const mark = String.fromCharCode(0xe000 + step);
    marks.push(mark);
    page.type(mark);
    if (random() < 0.06) {
      page.cut();
    }
    if (random() < 0.04) {
      await page.reload();
    }
    await new Promise((resolve) => setTimeout(resolve, random() * 6));
  }
  const quiet = () => pages.every((page) => page.client.state === "saved" && page.client.text === server.text);
  for (let waited = 0; !quiet() && waited < 400; waited++) {
    if (waited % 100 === 99) {
      // An event that was dropped last leaves no gap to see: a reconnect finds it, as it does in life.
      pages.forEach((page) => page.cut());
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  for (const page of pages) {
    if (page.client.text !== server.text || page.shown !== server.text || page.client.unsent !== 0 || page.kept.size !== 0) {
      throw new Error(`not converged: ${JSON.stringify({ state: page.client.state, unsent: page.client.unsent, kept: page.kept.size, mine: page.client.text, shown: page.shown, server: server.text })}`);
    }
  }
  for (const mark of marks) {
    if (server.text.split(mark).length !== 2) {
      throw new Error(`${mark} is there ${server.text.split(mark).length - 1} times`);
    }
  }
}

const first = Number(process.argv[2]);
const count = Number(process.argv[3]);
const results = await Promise.allSettled(Array.from({ length: count }, (_, index) => run(first + index)));
const failed = results.flatMap((result, index) => (result.status === "rejected" ? [`seed ${first + index}: ${(result.reason as Error).stack}`] : []));
if (failed.length > 0) {
  console.error(failed.slice(0, 3).join("\n"));
  process.exit(1);
}
console.log(`${count} runs converged`);
process.exit(0);
