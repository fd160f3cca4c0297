// Undo and redo of one person among others: the inverses of own edits, each carried over whatever anybody did since.
import { compose, invert, transform, type Operation } from "./operation.ts";

const mostEntries = 500;
const pauseThatSeparates = 600;

export class UndoHistory {
  private undos: Operation[] = [];
  private redos: Operation[] = [];
  private lastAt = 0;

  /** An own edit of `before`. Typing without a pause is taken back as one. */
  record(operation: Operation, before: string, now = Date.now()): void {
    const inverse = invert(operation, before);
    const top = this.undos.at(-1);
    if (top && now - this.lastAt < pauseThatSeparates && this.undos.length > 0 && !startsLine(operation)) {
      this.undos[this.undos.length - 1] = compose(inverse, top);
    } else {
      this.undos.push(inverse);
      if (this.undos.length > mostEntries) {
        this.undos.shift();
      }
    }
    this.redos = [];
    this.lastAt = now;
  }

  /** Somebody else's edit of the text as it is: every entry must fit the text after it. */
  rebase(remote: Operation): void {
    this.undos = carry(this.undos, remote);
    this.redos = carry(this.redos, remote);
  }

  /** The edit of `text` that takes the last own one back, or null. */
  undo(text: string): Operation | null {
    return this.move(this.undos, this.redos, text);
  }

  redo(text: string): Operation | null {
    return this.move(this.redos, this.undos, text);
  }

  private move(from: Operation[], to: Operation[], text: string): Operation | null {
    this.lastAt = 0;
    // What others have taken away meanwhile leaves nothing to do: go on to the one before.
    for (let operation = from.pop(); operation; operation = from.pop()) {
      if (operation.length > 0) {
        to.push(invert(operation, text));
        return operation;
      }
    }
    return null;
  }
}

/** The topmost entry fits the text as it is, each one below the text after the one above. */
function carry(entries: Operation[], remote: Operation): Operation[] {
  const carried = new Array<Operation>(entries.length);
  for (let index = entries.length - 1; index >= 0; index--) {
    [remote, carried[index]] = transform(remote, entries[index]!);
  }
  return carried;
}

const startsLine = (operation: Operation): boolean => operation.some((step) => typeof step === "string" && step.startsWith("\n"));
