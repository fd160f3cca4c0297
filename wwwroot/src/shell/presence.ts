// Who is here: avatars in the status bar, a dot at the file in the explorer. Cursors tell it of the open documents, the workspace's events of everywhere else.
import { personColour } from "./dom";
import type { Person } from "./status";

export const colourOfActor = (actor: { id: string; kind: string }) => (actor.kind === "agent" ? "var(--agent)" : `var(--person-${personColour(actor.id)})`);

export class Presence {
  private readonly files = new Map<string, Map<string, Person>>();
  /** By window; the latest that moved is the last. */
  private readonly places = new Map<string, { person: Person; path: string }>();

  constructor(private readonly me: string, private readonly mark: (path: string, colour: string | null) => void, private readonly draw: (people: Person[]) => void) {}

  get people(): Person[] {
    const seen = [...[...this.places.values()].map((place) => place.person).filter((person) => person.id !== this.me), ...[...this.files.values()].flatMap((file) => [...file.values()])];
    return [...new Map(seen.map((person) => [person.id, person])).values()];
  }

  /** A cursor came into an open document, or left it. */
  set(path: string, person: Person, here: boolean): void {
    const people = this.files.get(path) ?? new Map<string, Person>();
    if (people.has(person.id) === here) {
      return;
    }
    if (here) {
      people.set(person.id, person);
    } else {
      people.delete(person.id);
    }
    this.files.set(path, people);
    this.tell(path);
  }

  /** One of somebody's windows is in another file now, or gone. */
  moved(source: string, person: Person, path: string | null): void {
    const before = this.places.get(source)?.path;
    this.places.delete(source);
    if (path !== null) {
      this.places.set(source, { person, path });
    }
    if (path === (before ?? null)) {
      return;
    }
    for (const changed of new Set([before, path ?? undefined])) {
      if (changed !== undefined) {
        this.tell(changed);
      }
    }
  }

  /** Where somebody is, as far as is known. */
  placeOf(is: (person: Person) => boolean): string | undefined {
    return [...this.places.values()].filter((place) => is(place.person)).at(-1)?.path ?? [...this.files].find(([, people]) => [...people.values()].some(is))?.[0];
  }

  /** A file has another path. */
  move(from: string, to: string): void {
    const people = this.files.get(from);
    if (people) {
      this.files.delete(from);
      this.files.set(to, people);
    }
    for (const place of this.places.values()) {
      if (place.path === from) {
        place.path = to;
      }
    }
    this.mark(from, null);
    this.tell(to);
  }

  private tell(path: string): void {
    const [first] = [...(this.files.get(path)?.values() ?? []), ...[...this.places.values()].filter((place) => place.path === path && place.person.id !== this.me).map((place) => place.person)];
    this.mark(path, first ? colourOfActor(first) : null);
    this.draw(this.people);
  }
}
