// Who is here, over all open documents: avatars in the status bar, a dot at the file in the explorer.
import { personColour } from "./dom";
import type { Person } from "./status";

export const colourOfActor = (actor: { id: string; kind: string }) => (actor.kind === "agent" ? "var(--agent)" : `var(--person-${personColour(actor.id)})`);

export class Presence {
  private readonly files = new Map<string, Map<string, Person>>();

  constructor(private readonly mark: (path: string, colour: string | null) => void, private readonly draw: (people: Person[]) => void) {}

  set(path: string, person: Person, here: boolean): void {
    const people = this.files.get(path) ?? new Map<string, Person>();
    if (here) {
      people.set(person.id, person);
    } else {
      people.delete(person.id);
    }
    this.files.set(path, people);
    this.tell(path);
  }

  /** A file has another path. */
  move(from: string, to: string): void {
    const people = this.files.get(from);
    if (people) {
      this.files.delete(from);
      this.mark(from, null);
      this.files.set(to, people);
      this.tell(to);
    }
  }

  private tell(path: string): void {
    const people = this.files.get(path)!;
    const [first] = people.values();
    this.mark(path, first ? colourOfActor(first) : null);
    const everybody = new Map([...this.files.values()].flatMap((file) => [...file]));
    this.draw([...everybody.values()]);
  }
}
