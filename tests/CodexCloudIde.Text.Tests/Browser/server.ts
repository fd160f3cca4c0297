// The server's side of one document, after Sequencer.cs and DocumentHub.cs: remembers the newest edits and the last one of every client.
import { apply, hash, requiredLength, transform, type Bounds, type Operation } from "../../../wwwroot/src/documents/operation.ts";
import type { Actor, Edited, OpenAnswer, OpenRequest, Submission, SubmitAnswer } from "../../../wwwroot/src/documents/protocol.ts";

const actor: Actor = { id: "u", name: "U", kind: "user" };

export interface Ear {
  published(event: Edited): void;
}

export class Server {
  log: Edited[] = [];
  readOnly = false;
  readonly listeners = new Set<Ear>();
  private generation = 1;

  /** `remembered`: the newest edits that late clients can be based on. */
  constructor(public text = "start\n", private readonly remembered = Infinity, private readonly limits: Bounds = { operationUnits: 5, operationSteps: 4 }) {}

  get documentId(): string {
    return `d${this.generation}`;
  }

  private get oldestBase(): number {
    return Math.max(0, this.log.length - this.remembered);
  }

  /** The file is deleted and made again: another document at the same path. */
  recreate(text: string): void {
    this.generation++;
    this.log = [];
    this.text = text;
  }

  submit(submission: Submission): SubmitAnswer {
    if (submission.documentId !== this.documentId) {
      return { error: "gone" };
    }
    const inserted = submission.operation.reduce<number>((sum, step) => sum + (typeof step === "string" ? step.length : 0), 0);
    if (inserted > this.limits.operationUnits || submission.operation.length > this.limits.operationSteps) {
      return { error: "tooLarge" };
    }
    if (this.readOnly) {
      return { error: "forbidden" };
    }
    const last = this.log.findLast((event) => event.clientId === submission.clientId);
    if (last && submission.clientSequence <= last.clientSequence) {
      const known = [...this.log.slice(this.oldestBase), last].find((event) => event.clientId === submission.clientId && event.clientSequence === submission.clientSequence);
      return known ? { revision: known.revision, operation: known.operation } : { error: "staleRevision" };
    }
    if (submission.clientSequence !== (last?.clientSequence ?? 0) + 1) {
      return { error: "invalidOperation" };
    }
    if (submission.baseRevision < this.oldestBase || submission.baseRevision > this.log.length) {
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
    this.listeners.forEach((ear) => ear.published(event));
    return { revision: event.revision, operation };
  }

  async open(request: OpenRequest): Promise<OpenAnswer> {
    const [documentId, readOnly, revision, text, known] = [this.documentId, this.readOnly, this.log.length, this.text, request.knownRevision];
    const operations = known === undefined || known > revision || known < this.oldestBase ? null : this.log.slice(known);
    return { documentId, revision, text: operations ? null : text, operations, hash: (await hash(text)) ?? undefined, readOnly, limits: this.limits };
  }
}
