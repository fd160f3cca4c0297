// Edits as values: what is kept (positive), deleted (negative) and inserted (text) from the first UTF-16 unit of a text on; behind the last step all is kept.
//
// The counterpart of TextOperation.cs, held to the same test vectors; its theory of operation holds here word for word. In short: the canonical form (neighbours
// merged, insert before delete, no trailing retain) makes "the same place" mean one thing on both sides; at one place the text of the operation
// sequenced later goes to the left; operations are transformed one by one in sequence order, never over their composition.

export type Step = number | string;
export type Operation = readonly Step[];

export const identity: Operation = [];

/** Makes operations, always in canonical form. */
export class Builder {
  private readonly steps: Step[] = [];

  retain(units: number): this {
    const last = this.steps.at(-1);
    if (units > 0) {
      if (typeof last === "number" && last > 0) {
        this.steps[this.steps.length - 1] = last + units;
      } else {
        this.steps.push(units);
      }
    }
    return this;
  }

  insert(text: string): this {
    if (text.length > 0) {
      const last = this.steps.at(-1);
      const place = typeof last === "number" && last < 0 ? this.steps.length - 1 : this.steps.length;
      const before = this.steps[place - 1];
      if (typeof before === "string") {
        this.steps[place - 1] = before + text;
      } else {
        this.steps.splice(place, 0, text);
      }
    }
    return this;
  }

  delete(units: number): this {
    const last = this.steps.at(-1);
    if (units > 0) {
      if (typeof last === "number" && last < 0) {
        this.steps[this.steps.length - 1] = last - units;
      } else {
        this.steps.push(-units);
      }
    }
    return this;
  }

  build(): Operation {
    const last = this.steps.at(-1);
    if (typeof last === "number" && last > 0) {
      this.steps.pop();
    }
    return this.steps;
  }
}

export function canonical(spelled: readonly Step[]): Operation {
  const builder = new Builder();
  for (const step of spelled) {
    if (typeof step === "string") {
      builder.insert(step);
    } else if (step > 0) {
      builder.retain(step);
    } else {
      builder.delete(-step);
    }
  }
  return builder.build();
}

export const inputLength = (step: Step): number => (typeof step === "string" ? 0 : Math.abs(step));
export const outputLength = (step: Step): number => (typeof step === "string" ? step.length : Math.max(step, 0));

/** Units that a text must have at least. */
export const requiredLength = (operation: Operation): number => operation.reduce<number>((sum, step) => sum + inputLength(step), 0);

/** Units that a text grows by. */
export const growth = (operation: Operation): number => operation.reduce<number>((sum, step) => sum + (typeof step === "string" ? step.length : Math.min(step, 0)), 0);

/** Units inserted and deleted. */
export const changedLength = (operation: Operation): number => operation.reduce<number>((sum, step) => sum + (typeof step === "string" ? step.length : Math.max(-step, 0)), 0);

export function apply(operation: Operation, text: string): string {
  if (text.length < requiredLength(operation)) {
    throw new RangeError(`The operation needs ${requiredLength(operation)} units, the text has ${text.length}.`);
  }
  const parts: string[] = [];
  let position = 0;
  for (const step of operation) {
    if (typeof step === "string") {
      parts.push(step);
    } else if (step > 0) {
      parts.push(text.slice(position, position + step));
    }
    position += inputLength(step);
  }
  parts.push(text.slice(position));
  return parts.join("");
}

/** What one message to the server may carry. */
export interface Bounds {
  /** Units inserted. */
  operationUnits: number;
  operationSteps: number;
}

/** An operation as two, one after the other, the first of which keeps to the bounds; the second is the identity when all of it does. Never between the halves of a pair. */
export function firstPart(operation: Operation, bounds: Bounds): [first: Operation, rest: Operation] {
  const first = new Builder();
  const rest = new Builder();
  let [units, steps, isFull] = [bounds.operationUnits, bounds.operationSteps, false];
  for (const step of operation) {
    isFull ||= steps-- <= 0;
    if (typeof step === "string") {
      let taken = isFull ? 0 : Math.min(step.length, units);
      if (taken < step.length && isHighHalf(step, taken - 1)) {
        taken += taken > 1 || units < bounds.operationUnits ? -1 : 1;
      }
      first.insert(step.slice(0, taken));
      rest.retain(taken).insert(step.slice(taken));
      units -= taken;
      isFull ||= taken < step.length;
    } else if (step > 0) {
      if (!isFull) {
        first.retain(step);
      }
      rest.retain(step);
    } else {
      (isFull ? rest : first).delete(-step);
    }
  }
  return [first.build(), rest.build()];
}

const isHighHalf = (text: string, index: number): boolean => index >= 0 && (text.charCodeAt(index) & 0xfc00) === 0xd800;

/** Takes the operation back; `text` is the one before it. */
export function invert(operation: Operation, text: string): Operation {
  const builder = new Builder();
  let position = 0;
  for (const step of operation) {
    if (typeof step === "string") {
      builder.delete(step.length);
    } else if (step > 0) {
      builder.retain(step);
    } else {
      builder.insert(text.slice(position, position - step));
    }
    position += inputLength(step);
  }
  return builder.build();
}

/** Walks over the steps in pieces of any length; behind the last one lies an endless retain. */
class Cursor {
  private index = 0;
  private used = 0;

  constructor(private readonly steps: Operation) {}

  get atEnd(): boolean {
    return this.index >= this.steps.length;
  }

  get inserted(): string | null {
    const step = this.steps[this.index];
    return typeof step === "string" ? step.slice(this.used) : null;
  }

  get isDelete(): boolean {
    const step = this.steps[this.index];
    return typeof step === "number" && step < 0;
  }

  get remaining(): number {
    const step = this.steps[this.index];
    return step === undefined ? Infinity : (typeof step === "string" ? step.length : Math.abs(step)) - this.used;
  }

  skip(units: number): void {
    if (!this.atEnd) {
      this.used += units;
      if (this.remaining === 0) {
        this.index++;
        this.used = 0;
      }
    }
  }
}

/** `first`, then `second`, as one. Only for edits of one author. */
export function compose(first: Operation, second: Operation): Operation {
  const result = new Builder();
  const a = new Cursor(first);
  const b = new Cursor(second);
  while (!a.atEnd || !b.atEnd) {
    if (a.isDelete) {
      const units = a.remaining;
      result.delete(units);
      a.skip(units);
      continue;
    }
    const text = b.inserted;
    if (text !== null) {
      result.insert(text);
      b.skip(text.length);
      continue;
    }
    const units = Math.min(a.remaining, b.remaining);
    const inserted = a.inserted;
    if (inserted === null) {
      if (b.isDelete) {
        result.delete(units);
      } else {
        result.retain(units);
      }
    } else if (!b.isDelete) {
      result.insert(inserted.slice(0, units));
    }
    a.skip(units);
    b.skip(units);
  }
  return result.build();
}

/** Two edits of one text, sequenced one after the other, as [earlier to apply after later, later to apply after earlier]. */
export function transform(earlier: Operation, later: Operation): [Operation, Operation] {
  const earlierNow = new Builder();
  const laterNow = new Builder();
  const a = new Cursor(earlier);
  const b = new Cursor(later);
  while (!a.atEnd || !b.atEnd) {
    // The tie rule: at one place the later operation's text stands to the left, so it is passed first.
    const laterText = b.inserted;
    const earlierText = laterText === null ? a.inserted : null;
    if (laterText !== null) {
      earlierNow.retain(laterText.length);
      laterNow.insert(laterText);
      b.skip(laterText.length);
    } else if (earlierText !== null) {
      earlierNow.insert(earlierText);
      laterNow.retain(earlierText.length);
      a.skip(earlierText.length);
    } else {
      const units = Math.min(a.remaining, b.remaining);
      if (!b.isDelete) {
        if (a.isDelete) {
          earlierNow.delete(units);
        } else {
          earlierNow.retain(units);
        }
      }
      if (!a.isDelete) {
        if (b.isDelete) {
          laterNow.delete(units);
        } else {
          laterNow.retain(units);
        }
      }
      a.skip(units);
      b.skip(units);
    }
  }
  return [earlierNow.build(), laterNow.build()];
}

/** To which side of a text inserted exactly at a position the position belongs. */
export type Association = "before" | "after";

export function map(operation: Operation, position: number, association: Association): number {
  let before = 0;
  let mapped = position;
  for (const step of operation) {
    if (before > position || (before === position && association === "before")) {
      break;
    }
    if (typeof step === "string") {
      mapped += step.length;
    } else if (step < 0) {
      mapped -= Math.min(-step, position - before);
    }
    before += inputLength(step);
  }
  return mapped;
}

/** One replacement: what stands from `position` on for `deleted` units becomes `inserted`. */
export const replace = (position: number, deleted: number, inserted: string): Operation =>
  new Builder().retain(position).insert(inserted).delete(deleted).build();

/** Lone halves of surrogate pairs become U+FFFD and line ends LF: what a document may hold. */
export function acceptable(text: string): string {
  return text.replace(/\r\n?/g, "\n").replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd");
}

/** Lower-case hex SHA-256 of the text in UTF-8; null where the browser has no cryptography (plain http on a foreign host). */
export async function hash(text: string): Promise<string | null> {
  if (!globalThis.crypto?.subtle) {
    return null;
  }
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
