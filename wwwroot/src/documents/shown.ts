// What shows a document's text, once there is something that does: a document is open, and hears of others, before its editor is made.
import type { Operation } from "./operation.ts";
import type { Replica } from "./pending.ts";
import type { Actor, CursorMoved } from "./protocol.ts";

export class Shown {
  private replica: Replica | null = null;
  /** Told before anything could show them. */
  private readonly cursors: CursorMoved[] = [];

  by(replica: Replica): void {
    this.replica = replica;
    this.cursors.splice(0).forEach((event) => replica.cursorMoved(event));
  }

  cursor(event: CursorMoved): void {
    if (this.replica) {
      this.replica.cursorMoved(event);
    } else {
      this.cursors.push(event);
    }
  }

  remote(operation: Operation, actor: Actor): void {
    if (operation.length > 0) {
      this.replica?.applyRemote(operation, actor);
    }
  }

  caughtUp(): void {
    this.replica?.caughtUp();
  }
}
