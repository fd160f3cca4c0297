// At most one batch is on its way to the server. What is typed meanwhile waits behind it, and goes at once when nothing is on its way.
import type { Draft } from "./draft.ts";
import type { Bounds } from "./operation.ts";
import { server } from "./pending.ts";
import type { Edited, Transport } from "./protocol.ts";

/** Milliseconds until something that the server could not do is tried again. */
export const retryLater = 1000;

export interface Sender {
  /** Nobody is there to hear an answer. */
  isOver: () => boolean;
  maySend: () => boolean;
  bounds: () => Bounds;
  /** A batch was made, and is not sent yet. */
  frozen: () => void;
  /** What was typed has come to nothing. */
  emptied: () => void;
  /** The server's answer to the batch, which is that edit. */
  sequenced: (event: Edited) => void;
  refused: (error: string) => void;
}

export class SendingLine {
  private busy = false;

  constructor(private readonly transport: Transport, private readonly draft: Draft, private readonly sender: Sender) {}

  /** The connection is another one: to what is on its way no answer comes. */
  lost(): void {
    this.busy = false;
  }

  async send(): Promise<void> {
    if (this.busy || !this.sender.maySend()) {
      return;
    }
    if (!this.draft.frozen) {
      if (this.draft.isEmpty) {
        if (this.draft.unsent > 0) {
          // Taken back before it was sent, or by others.
          this.draft.drop();
          this.sender.emptied();
        }
        return;
      }
      this.draft.freeze(this.sender.bounds());
      this.sender.frozen();
    }
    this.busy = true;
    try {
      const frozen = this.draft.frozen!;
      const message = this.draft.message(frozen);
      const answer = await this.transport.submit(message);
      this.busy = false;
      if (this.draft.frozen !== frozen || this.sender.isOver()) {
        // The event came ahead of the answer, and found the line still busy; or there is nobody to tell any more.
        void this.send();
      } else if (answer.error) {
        this.sender.refused(answer.error);
      } else {
        this.sender.sequenced({ ...message, revision: answer.revision!, actor: server, operation: answer.operation! });
      }
    } catch {
      // The connection is lost; it says so itself, and what is frozen is sent again. If it is not, the server failed: once more, later.
      this.busy = false;
      setTimeout(() => void this.send(), retryLater);
    }
  }
}
