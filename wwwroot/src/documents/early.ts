// Edits in the order of their revisions, whatever order they came in.
import type { Edited } from "./protocol.ts";

export class EarlyEdits {
  private readonly edits = new Map<number, Edited>();

  /** Some edit has come, but not the one before it. */
  get isWaiting(): boolean {
    return this.edits.size > 0;
  }

  add(event: Edited): void {
    this.edits.set(event.revision, event);
  }

  /** Takes out the edit right after a revision, if it has come; what is not newer than the revision is forgotten. */
  after(revision: number): Edited | undefined {
    [...this.edits.keys()].filter((known) => known <= revision).forEach((known) => this.edits.delete(known));
    const next = this.edits.get(revision + 1);
    this.edits.delete(revision + 1);
    return next;
  }

  clear(): void {
    this.edits.clear();
  }
}
