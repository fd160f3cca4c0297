// Keeps one document in step with the server.
//
// Theory of operation. Three texts matter: `shadow`, the server's at `revision`; `text`, what the person sees; and between them what is not acknowledged
// yet: one batch in flight, frozen as it was sent, and one buffer behind it. Typing goes to the buffer, and at once on its way when nothing is in flight. A
// remote edit is transformed over the batch, then over the buffer, and both over it: one by one, in the order of revisions. The frozen message itself
// never changes, so a resend after any accident is the very same message and the server can tell.
//
// Everything not acknowledged also lies in a store that survives the page. Whatever goes wrong (a gap in the revisions, a hash that differs, a history too old to
// continue from) ends in the same place: the server's text becomes the new shadow by one edit from the old shadow, and what the person typed is transformed over it.
import { apply, compose, difference, hash, identity, transform, type Operation } from "./operation.ts";
import { server, type Frozen, type Notices, type Pending, type PendingStore, type Replica, type SyncState } from "./pending.ts";
import { reactionTo } from "./refusals.ts";
import type { Actor, CursorMoved, CursorRange, Edited, Listener, OpenAnswer, Transport } from "./protocol.ts";

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
      this.revision = kept.revision;
      this.sequence = kept.sequence;
      this.frozen = kept.frozen;
      this.inFlight = kept.inFlight;
      this.buffer = kept.buffer;
      this.unsent = kept.unsent;
      this.frozenEdits = kept.inFlight ? 1 : 0;
      this.text = apply(this.buffer, apply(this.inFlight ?? identity, this.shadow));
    }
    this.take(answer);
    this.connected = true;
  }

  /** Sends what an earlier page left. */
  begin(): void {
    void this.send();
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
    if (this.unsent > 0) {
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
    if (event.revision <= this.revision || this.disposed) {
      return;
    }
    this.early.set(event.revision, event);
    for (let next = this.early.get(this.revision + 1); next; next = this.early.get(this.revision + 1)) {
      this.early.delete(next.revision);
      this.follow(next);
    }
    clearTimeout(this.gapTimer);
    if (this.early.size > 0) {
      // Order by revision, not by arrival; what stays away is asked for.
      this.gapTimer = setTimeout(() => void this.resume(), gapPatience);
    }
    void this.send();
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
    if (event.clientId === this.clientId) {
      if (event.clientSequence === this.sequence) {
        this.acknowledged();
      }
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
      const message = { documentId: this.documentId, clientId: this.clientId, clientSequence: this.sequence, ...this.frozen! };
      const answer = await this.transport.submit(message);
      this.sending = false;
      if (answer.error) {
        this.refused(answer.error);
      } else if (this.frozen && message.clientSequence === this.sequence) {
        this.edited({ documentId: this.documentId, revision: answer.revision!, clientId: this.clientId, clientSequence: message.clientSequence, actor: server, operation: answer.operation! });
      } else {
        // The event came ahead of the answer, and found the line still busy.
        void this.send();
      }
    } catch {
      // The connection is lost; it says so itself, and what is frozen is sent again. If it is not, the server failed: once more, later.
      this.sending = false;
      setTimeout(() => void this.send(), 4 * retryAfter);
    }
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
      const answer = await this.transport.open(
        { workspaceId: this.workspaceId, path: this.path, checkout: this.checkout, knownRevision: whole ? undefined : this.revision }, this.ear);
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
      this.take(answer);
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

  private take(answer: OpenAnswer): void {
    this.documentId = answer.documentId!;
    this.readOnly = answer.readOnly ?? false;
    this.lineEnding = answer.lineEnding ?? this.lineEnding;
    this.encoding = answer.encoding ?? this.encoding;
    if (answer.operations) {
      answer.operations.forEach((event) => this.edited(event));
    } else if (typeof answer.text === "string" && (answer.revision! >= this.revision || answer.text !== this.shadow)) {
      this.replaceShadow(answer.text, answer.revision!);
    }
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
      const answer = await this.transport.open({ workspaceId: this.workspaceId, path: this.path, checkout: this.checkout, knownRevision: this.revision }, this.ear);
      if (!answer.error) {
        this.take(answer);
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
    const healed = await this.transport.open({ workspaceId: this.workspaceId, path: this.path, checkout: this.checkout }, this.ear);
    if (typeof healed.text === "string") {
      this.replaceShadow(healed.text, healed.revision!);
      this.notices.notice("This file had come out of step with the server and was mended.");
    }
  }

  private keep(): void {
    if (this.inFlight === null && this.buffer.length === 0) {
      this.store.remove(this.clientId);
    } else {
      this.store.put({
        clientId: this.clientId, sequence: this.sequence, revision: this.revision, shadow: this.shadow, frozen: this.frozen,
        inFlight: this.inFlight, buffer: this.buffer, unsent: this.unsent,
      });
    }
  }
}
