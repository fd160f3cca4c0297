// One page's own view of a document, as a value that is moved on: no network, no clock.
//
// Theory of operation. Three texts matter: `shadow`, the server's at `revision`; `text`, what the person sees; and between them what is not acknowledged
// yet: one batch in flight, frozen as it was sent, and one buffer behind it. A remote edit is transformed over the batch, then over the buffer, and both over
// it: one by one, in the order of revisions. The frozen message itself never changes, so a resend after any accident is the very same message and the
// server can tell.
//
// A whole text of the server, newer than the shadow, may have the batch in it already, and only the server knows. So it must not replace the shadow before
// the batch is resolved: then either the batch becomes part of the shadow first, or the batch and the buffer are transformed over the difference.
import { difference } from "./difference.ts";
import { apply, changedLength, compose, firstPart, identity, invert, transform, type Bounds, type Operation } from "./operation.ts";
import type { Frozen, Pending } from "./pending.ts";
import type { Edited, Submission } from "./protocol.ts";

/** A text of the server with the revision that it is. */
export interface WholeText {
  text: string;
  revision: number;
}

/** Steps, and units beside a quarter of the base, that `since` may have before the shadow becomes the new base. */
const mostSince = 64;
const mostUnitsSince = 1024;

export class Draft {
  documentId = "";
  clientId: string;
  revision = 0;
  shadow = "";
  text: string;
  /** Edits not acknowledged, for the person to see. */
  unsent = 0;
  /** The batch in flight, as it was sent; another one is another object. */
  frozen: Frozen | null = null;
  /** The shadow as the store holds it: an older text, which is written once, and the edit that has been made of it since. */
  private base = "";
  private since: Operation = identity;
  private sequence = 0;
  private inFlight: Operation = identity;
  private buffer: Operation = identity;
  private frozenEdits = 0;

  constructor(kept: Pending | null) {
    this.clientId = kept?.clientId ?? crypto.randomUUID();
    if (kept) {
      this.documentId = kept.documentId ?? "";
      this.sequence = kept.sequence;
      this.revision = kept.revision;
      this.base = kept.base;
      this.since = kept.since;
      this.shadow = apply(kept.since, kept.base);
      this.frozen = kept.frozen;
      this.inFlight = kept.inFlight ?? identity;
      this.buffer = kept.buffer;
      this.unsent = kept.unsent;
      this.frozenEdits = kept.frozen ? 1 : 0;
    }
    this.text = apply(this.buffer, apply(this.inFlight, this.shadow));
  }

  /** Nothing waits for an acknowledgement. */
  get isEmpty(): boolean {
    return this.frozen === null && this.buffer.length === 0;
  }

  /** What must survive the page. */
  get pending(): Pending {
    return {
      documentId: this.documentId, clientId: this.clientId, sequence: this.sequence, revision: this.revision, base: this.base, since: this.since, frozen: this.frozen,
      inFlight: this.frozen && this.inFlight, buffer: this.buffer, unsent: this.unsent,
    };
  }

  /** An edit by the person, of `text`. */
  edit(operation: Operation): void {
    this.text = apply(operation, this.text);
    this.buffer = compose(this.buffer, operation);
    this.unsent++;
  }

  /** The buffer becomes the batch in flight, or as much of it as one message may carry. */
  freeze(bounds: Bounds): void {
    [this.inFlight, this.buffer] = firstPart(this.buffer, bounds);
    this.frozen = { baseRevision: this.revision, operation: this.inFlight };
    this.frozenEdits = this.buffer.length === 0 ? this.unsent : 0;
    this.sequence++;
  }

  /** The batch was not sequenced and never will be: it becomes part of the buffer again, under the same number. */
  refreeze(): void {
    if (this.frozen) {
      this.buffer = compose(this.inFlight, this.buffer);
      this.inFlight = identity;
      this.frozen = null;
      this.sequence--;
    }
  }

  /** The message of a batch, the same each time. */
  message(frozen: Frozen): Submission {
    return { documentId: this.documentId, clientId: this.clientId, clientSequence: this.sequence, ...frozen };
  }

  /** The edit after `revision`; the own batch is acknowledged by it. Returns the edit of `text` that is to be shown. */
  follow(event: Edited): Operation {
    const before = this.shadow;
    this.revision = event.revision;
    this.advance(event.operation);
    if (event.clientId !== this.clientId) {
      return this.rebase(event.operation);
    }
    if (event.clientSequence !== this.sequence) {
      return identity;
    }
    // Carried over a whole text the batch may have come to another place here than at the server, whose place is the true one.
    const correction = isSame(event.operation, this.inFlight) ? identity : difference(apply(this.inFlight, before), this.shadow);
    this.inFlight = identity;
    const shown = this.rebase(correction);
    this.acknowledge();
    return shown;
  }

  /** The whole text, which does not have the batch in it. Returns the edit of `text` that is to be shown. */
  replace(whole: WholeText): Operation {
    const change = difference(this.shadow, whole.text);
    [this.shadow, this.base, this.since] = [whole.text, whole.text, identity];
    this.revision = whole.revision;
    return this.rebase(change);
  }

  /** The whole text, which has the batch in it. Returns the edit of `text` that is to be shown. */
  replaceWithBatch(whole: WholeText): Operation {
    this.advance(this.inFlight);
    this.acknowledge();
    return this.replace(whole);
  }

  /** The shadow has had the batch in it all along, so it stands in `text` twice. Returns the edit of `text` that takes it out. */
  takeOutBatch(): Operation {
    let back = invert(this.inFlight, this.shadow);
    [back, this.buffer] = transform(back, this.buffer);
    this.text = apply(back, this.text);
    this.acknowledge();
    return back;
  }

  /** Back to the server's text. Returns the edit of `text` that is to be shown. */
  drop(): Operation {
    this.refreeze();
    const back = difference(this.text, this.shadow);
    this.buffer = identity;
    this.text = this.shadow;
    this.unsent = 0;
    return back;
  }

  /** To the server somebody whom it has never heard of; what is not acknowledged is still to be sent. */
  rename(): void {
    this.refreeze();
    this.clientId = crypto.randomUUID();
    this.sequence = 0;
  }

  /** The shadow, by an edit of it. */
  private advance(operation: Operation): void {
    this.shadow = apply(operation, this.shadow);
    this.since = compose(this.since, operation);
    if (this.since.length > mostSince || changedLength(this.since) > mostUnitsSince + this.base.length / 4) {
      [this.base, this.since] = [this.shadow, identity];
    }
  }

  private acknowledge(): void {
    this.inFlight = identity;
    this.frozen = null;
    this.unsent = Math.max(0, this.unsent - this.frozenEdits);
    this.frozenEdits = 0;
    if (this.buffer.length === 0) {
      this.unsent = 0;
      this.text = this.shadow;
    }
  }

  private rebase(remote: Operation): Operation {
    [remote, this.inFlight] = transform(remote, this.inFlight);
    [remote, this.buffer] = transform(remote, this.buffer);
    this.text = apply(remote, this.text);
    return remote;
  }
}

const isSame = (one: Operation, other: Operation): boolean => one.length === other.length && one.every((step, index) => step === other[index]);
