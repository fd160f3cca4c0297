// Keeps one document in step with the server.
//
// Theory of operation. Three texts matter: `shadow`, the server's at `revision`; `text`, what the person sees; and between them what is not acknowledged
// yet: one batch in flight, frozen as it was sent, and one buffer behind it. Typing goes to the buffer, and at once on its way when nothing is in flight. A
// remote edit is transformed over the batch, then over the buffer, and both over it: one by one, in the order of revisions. The frozen message itself
// never changes, so a resend after any accident is the very same message and the server can tell.
//
// Everything not acknowledged also lies in a store that survives the page. Whatever goes wrong (a gap in the revisions, a hash that differs, a history too old to
// continue from) ends in the same place: the server's text becomes the new shadow by one edit from the old shadow, and what the person typed is transformed over it.
import { difference } from "./difference.ts";
import { apply, compose, hash, identity, transform, type Operation } from "./operation.ts";
import { server, type Frozen, type Notices, type Pending, type PendingStore, type Replica, type SyncState } from "./pending.ts";
import { reactionTo } from "./refusals.ts";
import type { Actor, CursorMoved, CursorRange, Edited, Listener, OpenAnswer, Submission, Transport } from "./protocol.ts";

const hashEvery = 256;
const gapPatience = 300;
const retryAfter = 250;

export class DocumentClient implements Listener {
  text: string;
  unsent = 0;
  readOnly = false;
  lineEnding = "lf";
  encoding = "utf-8";
  private documentId = "";
  private shadow: string;
  private revision = 0;
  private sequence = 0;
  private frozen: Frozen | null = null;
  private inFlight: Operation | null = null;
  private buffer: Operation = identity;
  private frozenEdits = 0;
  private readonly early = new Map<number, Edited>();
  private foreign: Edited[] = [];
  private sending = false;
  private connected = false;
  private gone = false;
  private disposed = false;
  private diskFull = false;
  private uncheckedFrom = 0;
  private gapTimer: ReturnType<typeof setTimeout> | undefined;
  private waiters: (() => void)[] = [];
  replica: Replica | null = null;
  /** Who hears the hub's events; closing tells this client from its successor by it. */
  private readonly ear: Listener;

  /** For openClient: the hub has answered, and tells this listener from now on. */
  constructor(
    private readonly transport: Transport,
    private readonly workspaceId: string,
    public path: string,
    private readonly checkout: string | undefined,
    readonly clientId: string,
    private readonly store: PendingStore,
    private readonly notices: Notices,
    listener: Listener,
    answer: OpenAnswer,
    kept: Pending | null,
  ) {
    this.ear = listener;
    this.shadow = this.text = kept?.shadow ?? "";
    if (kept) {
      this.documentId = kept.documentId;
      this.revision = kept.revision;
      this.sequence = kept.sequence;
      this.frozen = kept.frozen;
      this.inFlight = kept.inFlight;
      this.buffer = kept.buffer;
      this.unsent = kept.unsent;
      this.frozenEdits = kept.inFlight ? 1 : 0;
      this.text = apply(this.buffer, apply(this.inFlight ?? identity, this.shadow));
    }
    this.connected = true;
    this.readOnly = answer.readOnly ?? false;
  }

  /** Takes the first answer, and sends what an earlier page left. */
  async begin(answer: OpenAnswer): Promise<void> {
    try {
      await this.take(answer, this.revision);
      void this.send();
    } catch {
      // The connection is lost already; it says so itself. If it is not, the server failed: once more, later.
      this.gapTimer = setTimeout(() => void this.resume(), 4 * retryAfter);
    }
  }

  get state(): SyncState {
    return this.gone ? "gone" : this.readOnly ? "readOnly" : !this.connected ? "offline" : this.unsent > 0 ? "saving" : "saved";
  }

  /** An edit by the person, of `text`, which it changes. */
  edit(operation: Operation): void {
    this.text = apply(operation, this.text);
    this.buffer = compose(this.buffer, operation);
    this.unsent++;
    this.keep();
    void this.send();
    this.notices.changed();
  }

  /** Resolves when everything typed so far is acknowledged, and the file written. */
  async save(): Promise<void> {
    if (this.unsent > 0 && !this.readOnly) {
      await new Promise<void>((resolve) => this.waiters.push(resolve));
    }
    if (this.connected && !this.gone) {
      await this.transport.save(this.documentId);
    }
  }

  /** False while something is on its way: `caughtUp` tells when to ask again. */
  setCursor(ranges: CursorRange[]): boolean {
    if (!this.connected || this.gone || this.inFlight !== null || this.buffer.length > 0) {
      return false;
    }
    this.transport.setCursor(this.documentId, this.revision, ranges);
    return true;
  }

  dispose(): void {
    this.disposed = true;
    clearTimeout(this.gapTimer);
    if (this.connected) {
      this.transport.close(this.documentId, this.ear);
    }
  }

  edited(event: Edited): void {
    if (this.disposed) {
      return;
    }
    if (event.documentId !== this.documentId) {
      // Of the document that takes this one's place, perhaps: it counts once that is known.
      this.foreign.push(event);
      return;
    }
    if (event.revision <= this.revision) {
      return;
    }
    this.early.set(event.revision, event);
    this.drain();
    void this.send();
  }

  private drain(): void {
    for (let next = this.early.get(this.revision + 1); next; next = this.early.get(this.revision + 1)) {
      this.early.delete(next.revision);
      this.follow(next);
    }
    clearTimeout(this.gapTimer);
    if (this.early.size > 0) {
      // Order by revision, not by arrival; what stays away is asked for.
      this.gapTimer = setTimeout(() => void this.resume(), gapPatience);
    }
  }

  cursor(event: CursorMoved): void {
    this.replica?.cursorMoved(event);
  }

  reset(): void {
    void this.resume(true);
  }

  moved(path: string | null): void {
    if (path === null) {
      this.gone = true;
      // Nobody waits for what will never be acknowledged.
      this.waiters.splice(0).forEach((resolve) => resolve());
    } else if (path !== this.path) {
      const from = this.path;
      this.path = path;
      this.notices.moved(from, path);
      this.keep();
    }
    this.notices.changed();
  }

  connection(connected: boolean): void {
    this.connected = connected;
    this.sending = false;
    this.notices.changed();
    if (connected) {
      void this.resume();
    }
  }

  /** One edit in the order of revisions, mine or another's. */
  private follow(event: Edited): void {
    this.revision = event.revision;
    this.shadow = apply(event.operation, this.shadow);
    if (this.inFlight && event.clientId === this.clientId && event.clientSequence === this.sequence) {
      this.acknowledged();
    } else {
      this.rebase(event.operation, event.actor);
    }
    this.keep();
    if (this.revision - this.uncheckedFrom >= hashEvery) {
      this.uncheckedFrom = this.revision;
      void this.verify();
    }
  }

  private acknowledged(): void {
    this.diskFull = false;
    this.inFlight = null;
    this.frozen = null;
    this.unsent = Math.max(0, this.unsent - this.frozenEdits);
    this.frozenEdits = 0;
    if (this.buffer.length === 0) {
      this.unsent = 0;
      this.text = this.shadow;
      this.waiters.splice(0).forEach((resolve) => resolve());
      this.replica?.caughtUp();
    }
    this.notices.changed();
  }

  private rebase(remote: Operation, actor: Actor): void {
    if (this.inFlight) {
      [remote, this.inFlight] = transform(remote, this.inFlight);
    }
    [remote, this.buffer] = transform(remote, this.buffer);
    this.text = apply(remote, this.text);
    if (remote.length > 0) {
      this.replica?.applyRemote(remote, actor);
    }
  }

  private async send(): Promise<void> {
    if (this.sending || !this.connected || this.gone || this.readOnly || this.disposed) {
      return;
    }
    if (!this.inFlight) {
      if (this.buffer.length === 0) {
        return;
      }
      this.inFlight = this.buffer;
      this.buffer = identity;
      this.frozen = { baseRevision: this.revision, operation: this.inFlight };
      this.frozenEdits = this.unsent;
      this.sequence++;
      this.keep();
    }
    this.sending = true;
    try {
      const [message, frozen] = [this.message(), this.frozen];
      const answer = await this.transport.submit(message);
      this.sending = false;
      if (this.frozen !== frozen) {
        // The event came ahead of the answer, and found the line still busy. Or it is about an earlier batch of the same number, which was never sequenced.
        void this.send();
      } else if (answer.error) {
        this.refused(answer.error);
      } else {
        this.edited({ documentId: this.documentId, revision: answer.revision!, clientId: this.clientId, clientSequence: message.clientSequence, actor: server, operation: answer.operation! });
      }
    } catch {
      // The connection is lost; it says so itself, and what is frozen is sent again. If it is not, the server failed: once more, later.
      this.sending = false;
      setTimeout(() => void this.send(), 4 * retryAfter);
    }
  }

  private message(): Submission {
    return { documentId: this.documentId, clientId: this.clientId, clientSequence: this.sequence, ...this.frozen! };
  }

  private refused(error: string): void {
    const reaction = reactionTo(error);
    switch (reaction.do) {
      case "again":
        if (reaction.tell && !this.diskFull) {
          this.notices.notice(reaction.tell);
        }
        this.diskFull ||= reaction.tell !== undefined;
        setTimeout(() => void this.send(), reaction.after);
        break;
      case "resume":
        if (reaction.whole) {
          this.refreeze();
        }
        void this.resume(reaction.whole);
        break;
      case "gone":
        this.moved(null);
        break;
      case "giveUp":
        this.readOnly ||= reaction.readOnly;
        this.giveUp(reaction.tell);
    }
  }

  /** The batch was never sequenced and never will be: it becomes part of the buffer again, under the same number. */
  private refreeze(): void {
    if (this.inFlight) {
      this.buffer = compose(this.inFlight, this.buffer);
      this.inFlight = this.frozen = null;
      this.sequence--;
    }
  }

  /** Back to the server's text. */
  private giveUp(text: string): void {
    this.refreeze();
    this.buffer = identity;
    this.unsent = 0;
    this.waiters.splice(0).forEach((resolve) => resolve());
    const back = difference(this.text, this.shadow);
    this.text = this.shadow;
    this.replica?.applyRemote(back, server);
    this.keep();
    this.notices.notice(text);
    this.notices.changed();
  }

  /** Asks for what was missed since `revision`, or for the whole text. */
  private async resume(whole = false): Promise<void> {
    if (this.disposed || this.gone) {
      return;
    }
    clearTimeout(this.gapTimer);
    try {
      const known = this.revision;
      const answer = await this.ask(whole);
      if (answer.error) {
        if (answer.error === "notFound" || answer.error === "gone") {
          this.moved(null);
        } else if (answer.error === "unavailable") {
          this.gapTimer = setTimeout(() => void this.resume(whole), 4 * retryAfter);
        } else {
          this.notices.notice(answer.detail ?? answer.error);
        }
        return;
      }
      await this.take(answer, known);
      await this.compare(answer);
      this.notices.changed();
      void this.send();
    } catch {
      // The connection is lost again; it says so itself. If it is not, the server failed: once more, later.
      if (this.connected) {
        this.gapTimer = setTimeout(() => void this.resume(whole), 4 * retryAfter);
      }
    }
  }

  private async ask(whole: boolean): Promise<OpenAnswer> {
    const answer = await this.transport.open(
      { workspaceId: this.workspaceId, path: this.path, checkout: this.checkout, knownRevision: whole ? undefined : this.revision }, this.ear);
    // Deleted and made anew meanwhile: its revisions are not those that are known here.
    return !whole && !answer.error && answer.documentId !== this.documentId ? this.ask(true) : answer;
  }

  /** @param known The revision when it was asked for: what has been heard since may be ahead of the answer. */
  private async take(answer: OpenAnswer, known: number): Promise<void> {
    if (answer.documentId !== this.documentId) {
      this.become(answer.documentId!);
    }
    this.foreign = [];
    this.readOnly = answer.readOnly ?? false;
    if (this.readOnly) {
      this.waiters.splice(0).forEach((resolve) => resolve());
    }
    this.lineEnding = answer.lineEnding ?? this.lineEnding;
    this.encoding = answer.encoding ?? this.encoding;
    if (answer.operations) {
      answer.operations.forEach((event) => this.edited(event));
    } else if (typeof answer.text === "string") {
      await this.takeWhole(answer.text, answer.revision!, known);
    }
  }

  /**
   * The server's whole text takes the shadow's place. Is the batch in flight in it? It is sent again, and the answer tells. When it is, it becomes part of the
   * shadow first, so that what was typed on top of it stays on top of it; when it never will be sequenced, it becomes part of the buffer again.
   */
  private async takeWhole(text: string, revision: number, known: number): Promise<void> {
    if (this.inFlight) {
      const frozen = this.frozen;
      this.sending = true;
      const answer = await this.transport.submit(this.message()).finally(() => { this.sending = false; });
      // From here on nothing is awaited: no event and no batch comes between.
      if (this.frozen === frozen) {
        const reaction = answer.error ? reactionTo(answer.error) : null;
        if (answer.error === "staleRevision") {
          this.refreeze();
        } else if (reaction?.do === "giveUp" || reaction?.do === "gone") {
          this.refused(answer.error!);
        } else if (reaction || answer.revision! > revision) {
          this.resumeAfter(reaction?.do === "again" ? reaction.after : 0);
          return;
        } else {
          this.shadow = apply(this.inFlight!, this.shadow);
          this.acknowledged();
        }
      }
      if (this.inFlight) {
        // Acknowledged by an event meanwhile, and the next batch is on its way.
        this.resumeAfter(0);
        return;
      }
    }
    if (!this.gone && (revision >= this.revision || revision < known)) {
      this.replaceShadow(text, revision);
      this.drain();
    }
  }

  private resumeAfter(milliseconds: number): void {
    clearTimeout(this.gapTimer);
    this.gapTimer = setTimeout(() => void this.resume(true), milliseconds);
  }

  /** Another document under the same name: nothing of this client has been sequenced in it yet. */
  private become(documentId: string): void {
    this.documentId = documentId;
    if (this.inFlight) {
      this.buffer = compose(this.inFlight, this.buffer);
      this.inFlight = this.frozen = null;
    }
    this.sequence = 0;
    this.revision = 0;
    this.early.clear();
    this.foreign.filter((event) => event.documentId === documentId).forEach((event) => this.early.set(event.revision, event));
  }

  private replaceShadow(text: string, revision: number): void {
    const change = difference(this.shadow, text);
    this.shadow = text;
    this.revision = revision;
    this.uncheckedFrom = revision;
    for (const known of [...this.early.keys()]) {
      if (known <= revision) {
        this.early.delete(known);
      }
    }
    this.rebase(change, server);
    this.keep();
  }

  /** Every so often: is what we believe to be the server's text really it? */
  private async verify(): Promise<void> {
    try {
      const known = this.revision;
      const answer = await this.ask(false);
      if (!answer.error) {
        await this.take(answer, known);
        await this.compare(answer);
      }
    } catch {
      // The next time.
    }
  }

  private async compare(answer: OpenAnswer): Promise<void> {
    if (answer.revision !== this.revision || !answer.hash) {
      return;
    }
    const [revision, shadow] = [this.revision, this.shadow];
    const mine = await hash(shadow);
    if (mine === null || mine === answer.hash || this.revision !== revision) {
      return;
    }
    const healed = await this.ask(true);
    if (typeof healed.text === "string") {
      await this.take(healed, revision);
      this.notices.notice("This file had come out of step with the server and was mended.");
    }
  }

  private keep(): void {
    if (this.inFlight === null && this.buffer.length === 0) {
      this.store.remove(this.clientId);
    } else {
      this.store.put({
        clientId: this.clientId, documentId: this.documentId, sequence: this.sequence, revision: this.revision, shadow: this.shadow, frozen: this.frozen,
        inFlight: this.inFlight, buffer: this.buffer, unsent: this.unsent,
      });
    }
  }
}
