// Who is here, and whom this page follows: joins presence, the follower, and what shows them.
import { getJson, workspaceUrl } from "../shell/api";
import { byId } from "../shell/dom";
import { shown } from "../shell/names";
import { menu } from "../shell/overlays";
import { colourOfActor, Presence } from "../shell/presence";
import { setPeople, setStatus, type Person } from "../shell/status";
import type { SyncedDocument } from "./documentSync";
import type { Editors } from "./editors";
import { Follower } from "./follower";

/** One of somebody's windows is in this file; null: it is gone. */
export interface Place {
  source: string;
  actor: Person;
  path: string | null;
}

export class People {
  private readonly presence: Presence;
  private readonly follower: Follower;

  constructor(editors: Editors, me: string, mark: (path: string, colour: string | null) => void) {
    this.presence = new Presence(me, mark, (people) => this.draw(people));
    this.follower = new Follower(editors, this.presence, (followed, isHere) => this.drawFollowed(followed, isHere));
  }

  get isFollowing(): boolean {
    return this.follower.current !== null;
  }

  /** Who is here already: from now on events tell. */
  async load(): Promise<void> {
    const { items } = await getJson<{ items: Place[] }>(workspaceUrl("/presence"));
    items.forEach(({ source, actor, path }) => this.presence.moved(source, actor, path));
  }

  moved({ source, actor, path }: Place): void {
    this.presence.moved(source, actor, path);
    this.follower.moved(actor, path);
  }

  inDocument(document: SyncedDocument, person: Person, here: boolean): void {
    this.presence.set(document.path, person, here);
  }

  cursorMoved(document: SyncedDocument, person: Person, offset: number): void {
    this.follower.cursorMoved(document, person, offset);
  }

  /** A file has another path. */
  move(from: string, to: string): void {
    this.presence.move(from, to);
    this.follower.renamed(from, to);
  }

  choose(): void {
    const people = this.presence.people.filter((person) => person.kind !== "agent");
    const items = people.map((person) => ({ label: `Follow ${shown(person.name)}`, run: () => this.follower.toggle(person) }));
    menu(innerWidth / 2 - 80, 80, [...items, { label: "Follow the agent", run: () => this.followAgent() }]);
  }

  /** Also before it has begun. */
  followAgent(): void {
    this.follower.toggle(this.presence.people.find((person) => person.kind === "agent") ?? { id: "agent", name: "Codex", kind: "agent" });
  }

  stop(): void {
    this.follower.stop();
  }

  private draw(people: Person[]): void {
    setPeople(people, (person) => this.follower.is(person), (person) => this.follower.toggle(person));
  }

  private drawFollowed(followed: Person | null, isHere: boolean): void {
    const name = followed?.kind === "agent" ? "the agent" : shown(followed?.name ?? "");
    setStatus("follow", followed && { text: isHere ? `Following ${name}` : `Waiting for ${name}`, icon: "eye", command: "follow.stop", title: "Stop following (Escape). Typing, scrolling or opening a file stops it too" });
    byId("editors").classList.toggle("following", followed !== null);
    byId("editors").style.setProperty("--follow", followed ? colourOfActor(followed) : "transparent");
    byId("follow-agent").setAttribute("aria-pressed", String(followed?.kind === "agent"));
    this.draw(this.presence.people);
  }
}
