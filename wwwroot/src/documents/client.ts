// Keeps one document in step with the server.
//
// Theory of operation. The draft (draft.ts) knows the texts; this sends what the person types, at once when nothing is in flight, and feeds the draft with what
// the server says, in the order of revisions.
//
// Everything not acknowledged also lies in a store that survives the page. Whatever goes wrong (a gap in the revisions, a hash that differs, a history too old to
// continue from) ends in the same place: the server's text becomes the new shadow by one edit from the old shadow, and what the person typed is transformed over it.
// With a batch in flight that text is held until the server has answered the batch, whose answer tells whether the text has it.
//
// A file that was deleted and made again is another document, in which revisions and numbers of clients begin anew: so does this, under a new name.
import { Draft, type WholeText } from "./draft.ts";
import { EarlyEdits } from "./early.ts";
import { HashCheck } from "./hashCheck.ts";
import type { Bounds, Operation } from "./operation.ts";
import { server, type Notices, type Pending, type PendingStore, type Replica, type SyncState } from "./pending.ts";
import { reactionTo } from "./refusals.ts";
import { isAnother, openAfter } from "./reopening.ts";
import { retryLater, SendingLine } from "./sendingLine.ts";
import { Shown } from "./shown.ts";
import type { CursorMoved, CursorRange, Edited, Listener, OpenAnswer, Transport } from "./protocol.ts";

const gapPatience = 300;

export class DocumentClient implements Listener {
  readOnly = false;
  lineEnding = "lf";
  encoding = "utf-8";
  private readonly draft: Draft;
  private readonly early = new EarlyEdits();
  /** Newer than the shadow; the batch in flight may be in it. */
  private whole: WholeText | null = null;
  /** The server remembers nothing as old as the shadow: before its text is here nothing can be sent. */
  private outdated = false;
  private readonly line: SendingLine;
  private connected = false;
  private gone = false;
  private disposed = false;
  private diskFull = false;
  private bounds: Bounds = { operationUnits: Infinity, operationSteps: Infinity };
  private readonly check = new HashCheck();
  /** While somebody composes a character out of several keys nothing may move under it. */
  private holding = 0;
  private gapTimer: ReturnType<typeof setTimeout> | undefined;
  private waiters: (() => void)[] = [];
  private readonly shown = new Shown();

  /** For openClient: the hub has answered, and tells `ear` from now on. Closing tells this client from others of the same document by it. */
  constructor(
    private readonly transport: Transport,
    private readonly workspaceId: string,
    public path: string,
    private readonly checkout: string | undefined,
    private readonly store: PendingStore,
    private readonly notices: Notices,
    private readonly ear: Listener,
    answer: OpenAnswer,
    kept: Pending | null,
  ) {
    this.draft = new Draft(kept);
    this.line = new SendingLine(transport, this.draft, {
      isOver: () => this.disposed,
      maySend: () => this.connected && !this.gone && !this.readOnly && !this.disposed && !this.outdated,
      bounds: () => this.bounds,
      frozen: () => this.keep(),
      emptied: () => this.acknowledged(),
      sequenced: (event) => this.sequenced(event),
      refused: (error) => this.refused(error),
    });
    this.take(answer);
    this.connected = true;
  }

  /** Sends what an earlier page left. */
  begin(): void {
    void this.line.send();
  }

  /** What shows the text from now on. */
  set replica(replica: Replica) {
    this.shown.by(replica);
  }

  /** From now on, until released as often, no edit of others is shown; one's own go on. */
  hold(): void {
    this.holding++;
  }

  release(): void {
    if (--this.holding === 0 && !this.disposed) {
      if (!this.draft.frozen) {
        this.takeHeld();
      }
      this.advance();
    }
  }

  /** What the person sees. */
  get text(): string {
    return this.draft.text;
  }

  /** Edits not acknowledged. */
  get unsent(): number {
    return this.draft.unsent;
  }

  get state(): SyncState {
    return this.gone ? "gone" : this.readOnly ? "readOnly" : !this.connected ? "offline" : this.unsent > 0 ? "saving" : "saved";
  }

  /** An edit by the person, of `text`, which it changes. */
  edit(operation: Operation): void {
    this.draft.edit(operation);
    this.keep();
    void this.line.send();
    this.notices.changed();
  }

  /** Resolves when everything typed so far is acknowledged and the file written, or when it is certain that it never will be. */
  async save(): Promise<void> {
    if (this.unsent > 0 && !this.readOnly && !this.gone) {
      await new Promise<void>((resolve) => this.waiters.push(resolve));
    }
    if (this.connected && !this.gone) {
      await this.transport.save(this.draft.documentId);
    }
  }

  /** False while something is on its way: `caughtUp` tells when to ask again. */
  setCursor(ranges: CursorRange[]): boolean {
    if (!this.connected || this.gone || !this.draft.isEmpty) {
      return false;
    }
    this.transport.setCursor(this.draft.documentId, this.draft.revision, ranges);
    return true;
  }

  dispose(): void {
    this.disposed = true;
    clearTimeout(this.gapTimer);
    this.transport.close(this.draft.documentId, this.ear);
  }

  edited(event: Edited): void {
    if (event.revision > this.draft.revision && !this.disposed) {
      this.early.add(event);
      this.advance();
    }
  }

  cursor(event: CursorMoved): void {
    this.shown.cursor(event);
  }

  reset(): void {
    void this.resume(true);
  }

  moved(path: string | null): void {
    if (path === null) {
      this.gone = true;
      this.letGo();
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
    this.line.lost();
    this.notices.changed();
    if (connected) {
      void this.resume();
    }
  }

  /** Order by revision, not by arrival; what stays away is asked for. */
  private advance(): void {
    if (this.whole) {
      return;
    }
    for (let next = this.early.after(this.draft.revision); next; next = this.early.after(this.draft.revision)) {
      if (this.holding > 0 && next.clientId !== this.draft.clientId) {
        this.early.add(next);
        break;
      }
      this.follow(next);
    }
    clearTimeout(this.gapTimer);
    if (this.early.isWaiting && this.holding === 0) {
      this.gapTimer = setTimeout(() => void this.resume(), gapPatience);
    }
    void this.line.send();
  }

  /** One edit in the order of revisions, mine or another's. */
  private follow(event: Edited): void {
    const wasInFlight = this.draft.frozen;
    this.shown.remote(this.draft.follow(event), event.actor);
    if (this.draft.frozen !== wasInFlight) {
      this.acknowledged();
    }
    this.keep();
    if (this.check.isDue(this.draft.revision)) {
      void this.resume();
    }
  }

  private acknowledged(): void {
    this.diskFull = false;
    if (this.draft.isEmpty) {
      this.letGo();
      this.shown.caughtUp();
    }
    this.notices.changed();
  }

  /** Nobody waits for what is acknowledged, nor for what never will be. */
  private letGo(): void {
    this.waiters.splice(0).forEach((resolve) => resolve());
  }

  /** The server's answer to the batch in flight, which is that edit. */
  private sequenced(event: Edited): void {
    const whole = this.whole;
    this.whole = null;
    if (whole && event.revision > whole.revision) {
      this.replace(whole);
    } else if (whole || event.revision <= this.draft.revision) {
      this.shown.remote(whole ? this.draft.replaceWithBatch(whole) : this.draft.takeOutBatch(), server);
      this.check.from(this.draft.revision);
      this.keep();
      this.acknowledged();
    }
    if (event.revision > this.draft.revision) {
      this.early.add(event);
    }
    this.advance();
  }

  private refused(error: string): void {
    const reaction = reactionTo(error);
    switch (reaction.do) {
      case "again":
        if (reaction.tell && !this.diskFull) {
          this.notices.notice(reaction.tell);
        }
        this.diskFull ||= reaction.tell !== undefined;
        setTimeout(() => void this.line.send(), reaction.after);
        break;
      case "resume":
        if (reaction.whole) {
          this.draft.refreeze();
        }
        if (reaction.whole && this.whole) {
          this.takeHeld();
        } else {
          this.outdated = reaction.whole;
          void this.resume(reaction.whole);
        }
        break;
      case "gone":
        this.moved(null);
        break;
      case "giveUp":
        this.readOnly ||= reaction.readOnly;
        this.giveUp(reaction.tell);
    }
  }

  /** Back to the server's text, and on under a new name: whatever the server holds against this one is over. */
  private giveUp(text: string): void {
    const lost = this.draft.text;
    this.shown.remote(this.draft.drop(), server);
    this.store.remove(this.draft.clientId);
    this.draft.rename();
    this.takeHeld();
    this.letGo();
    this.notices.notice(text, lost);
    this.notices.changed();
  }

  /** Asks for what was missed since the shadow's revision, or for the whole text; and whether the shadow is right, which is asked now and then anyway. */
  private async resume(whole = false): Promise<void> {
    if (this.disposed || this.gone) {
      return;
    }
    clearTimeout(this.gapTimer);
    try {
      const answer = await this.open(whole);
      if (answer.error) {
        if (answer.error === "notFound" || answer.error === "gone") {
          this.moved(null);
        } else if (answer.error === "unavailable") {
          this.gapTimer = setTimeout(() => void this.resume(whole), retryLater);
        } else {
          this.notices.notice(answer.detail ?? answer.error);
        }
        return;
      }
      this.take(answer);
      await this.compare(answer);
      this.notices.changed();
      void this.line.send();
    } catch {
      // The connection is lost again; it says so itself. If it is not, the server failed: once more, later.
      if (this.connected) {
        this.gapTimer = setTimeout(() => void this.resume(whole), retryLater);
      }
    }
  }

  private open(whole: boolean): Promise<OpenAnswer> {
    return openAfter(this.transport, { workspaceId: this.workspaceId, path: this.path, checkout: this.checkout }, this.ear, this.draft, whole);
  }

  private take(answer: OpenAnswer): void {
    if (this.disposed) {
      this.transport.close(answer.documentId!, this.ear);
      return;
    }
    if (isAnother(answer, this.draft)) {
      this.beginAnew();
    }
    this.draft.documentId = answer.documentId!;
    this.outdated = false;
    if (answer.readOnly && !this.readOnly && this.unsent > 0) {
      this.notices.notice("You may only read this file now. What you typed last is not saved; it is kept in this browser.");
    }
    this.readOnly = answer.readOnly ?? false;
    this.lineEnding = answer.lineEnding ?? this.lineEnding;
    this.encoding = answer.encoding ?? this.encoding;
    this.bounds = answer.limits ?? this.bounds;
    if (this.readOnly) {
      this.letGo();
    }
    if (answer.operations) {
      answer.operations.forEach((event) => this.edited(event));
    } else if (typeof answer.text === "string") {
      this.whole = { text: answer.text, revision: answer.revision! };
    }
    answer.cursors?.forEach((event) => this.cursor(event));
    if ((!this.draft.frozen && this.holding === 0) || this.readOnly) {
      // Of a viewer's batch nobody will ever tell; it counts as not sequenced.
      this.takeHeld();
    }
  }

  /** Another document has come to this path. What is not acknowledged goes there. */
  private beginAnew(): void {
    this.transport.close(this.draft.documentId, this.ear);
    this.store.remove(this.draft.clientId);
    this.draft.rename();
    this.early.clear();
    this.whole = null;
  }

  /** The held text, which does not have the batch in it. */
  private takeHeld(): void {
    const whole = this.whole;
    if (whole) {
      this.whole = null;
      this.replace(whole);
      this.advance();
    }
  }

  private replace(whole: WholeText): void {
    this.shown.remote(this.draft.replace(whole), server);
    this.check.from(whole.revision);
    this.keep();
  }

  /** Is what we believe to be the server's text really it? */
  private async compare(answer: OpenAnswer): Promise<void> {
    if (this.whole || this.disposed || (await this.check.isRight(answer, this.draft))) {
      return;
    }
    const healed = await this.open(true);
    if (typeof healed.text === "string") {
      this.take(healed);
      this.notices.notice("This file had come out of step with the server and was mended.");
    }
  }

  private keep(): void {
    if (this.draft.isEmpty) {
      this.store.remove(this.draft.clientId);
    } else {
      this.store.put(this.draft.pending);
    }
  }
}
