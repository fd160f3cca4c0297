// Which files have something that is not saved, told a little late: what arrives within half a second was never unsaved to the eye, and nothing flickers while one types.
import type { SyncState } from "./documentSync";

const toldAfter = 500;

export class Unsaved {
  private readonly paths = new Set<string>();
  private readonly waiting = new Map<string, number>();

  constructor(private readonly changed: (path: string) => void) {}

  get any(): boolean {
    return this.paths.size > 0;
  }

  has(path: string): boolean {
    return this.paths.has(path);
  }

  set(path: string, state: SyncState, unsent: number): void {
    if (unsent === 0 || (state !== "offline" && state !== "saving")) {
      this.forget(path);
    } else if (state === "offline") {
      this.tell(path);
    } else if (!this.paths.has(path) && !this.waiting.has(path)) {
      this.waiting.set(path, window.setTimeout(() => this.tell(path), toldAfter));
    }
  }

  move(from: string, to: string): void {
    if (this.paths.delete(from)) {
      this.paths.add(to);
    }
    window.clearTimeout(this.waiting.get(from));
    this.waiting.delete(from);
  }

  forget(path: string): void {
    window.clearTimeout(this.waiting.get(path));
    this.waiting.delete(path);
    if (this.paths.delete(path)) {
      this.changed(path);
    }
  }

  private tell(path: string): void {
    window.clearTimeout(this.waiting.get(path));
    this.waiting.delete(path);
    if (!this.paths.has(path)) {
      this.paths.add(path);
      this.changed(path);
    }
  }
}
