// Goes where somebody goes: into their file and to their cursor, until one types, scrolls, clicks into a text, opens another file, or presses Escape.
import { byId } from "../shell/dom";
import type { Presence } from "../shell/presence";
import type { Person } from "../shell/status";
import type { SyncedDocument } from "./documentSync";
import type { Editors } from "./editors";

const modifiers = new Set(["Shift", "Control", "Alt", "Meta", "CapsLock"]);

export class Follower {
  private followed: Person | null = null;
  /** Where this is going; any other file in front was opened by the person. */
  private expected: string | undefined;

  constructor(private readonly editors: Editors, private readonly presence: Presence, private readonly draw: (followed: Person | null, isHere: boolean) => void) {
    const texts = byId("editors");
    const isText = (event: Event) => (event.target as Element | null)?.closest?.(".monaco-editor") !== null;
    texts.addEventListener("wheel", () => this.stop(), { passive: true, capture: true });
    texts.addEventListener("touchmove", () => this.stop(), { passive: true, capture: true });
    texts.addEventListener("pointerdown", (event) => isText(event) && this.stop(), true);
    window.addEventListener("keydown", (event) => {
      if (event.key === "Escape" || (isText(event) && !event.ctrlKey && !event.metaKey && !modifiers.has(event.key))) {
        this.stop();
      }
    }, true);
    editors.shown.add((path) => this.followed && path !== null && this.expected !== undefined && path !== this.expected && this.stop());
  }

  get current(): Person | null {
    return this.followed;
  }

  /** The agent is followed from task to task, a person from window to window. */
  is = (person: Person): boolean => this.followed !== null && (this.followed.kind === "agent" ? person.kind === "agent" : person.id === this.followed.id);

  toggle(person: Person): void {
    if (this.is(person)) {
      this.stop();
      return;
    }
    this.followed = person;
    this.expected = undefined;
    const path = this.presence.placeOf(this.is);
    this.tell();
    if (path !== undefined) {
      void this.go(path);
    }
  }

  stop(): void {
    if (this.followed) {
      this.followed = null;
      this.expected = undefined;
      this.tell();
    }
  }

  /** Somebody is in another file now, or gone. */
  moved(person: Person, path: string | null): void {
    if (!this.is(person)) {
      return;
    }
    this.tell();
    if (path !== null) {
      void this.go(path);
    }
  }

  /** Somebody's cursor is at this offset of an open document. */
  cursorMoved(document: SyncedDocument, person: Person, offset: number): void {
    if (this.is(person) && this.expected === document.path) {
      this.reveal(document, offset);
    }
  }

  /** A file that this goes to, or is in, has another path. */
  renamed(from: string, to: string): void {
    if (this.expected === from) {
      this.expected = to;
    }
  }

  private async go(path: string): Promise<void> {
    if (this.expected !== path || this.editors.activePath !== path) {
      this.expected = path;
      await this.editors.open(path, { focus: false });
    }
    const document = this.editors.document(path);
    const offset = this.expected === path ? document?.cursorOf?.(this.is) : undefined;
    if (document && offset !== undefined) {
      this.reveal(document, offset);
    }
  }

  private reveal(document: SyncedDocument, offset: number): void {
    const position = document.model.getPositionAt(offset);
    this.editors.views.filter((view) => view.getModel() === document.model).forEach((view) => view.revealPositionInCenterIfOutsideViewport(position));
  }

  private tell(): void {
    this.draw(this.followed, this.followed !== null && this.presence.placeOf(this.is) !== undefined);
  }
}
