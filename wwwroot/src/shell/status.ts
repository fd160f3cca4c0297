// The status bar. Each item has a place; setting it again replaces it.
import { h, icon, initials, personColour } from "./dom";

const left = document.querySelector<HTMLElement>(".status-left")!;
const right = document.querySelector<HTMLElement>(".status-right")!;
const order = ["branch", "sync", "follow", "problems", "tests", "task", "position", "language", "eol", "access", "sandbox", "model", "people"];

export interface StatusItem {
  text: string;
  icon?: string;
  title?: string;
  command?: string;
  className?: string;
}

export function setStatus(name: string, item: StatusItem | null): void {
  place(name, item === null ? null : h(item.command ? "button" : "span", { class: `status-item ${item.className ?? ""}`, title: item.title, "data-command": item.command, type: item.command ? "button" : undefined },
    item.icon ? icon(item.icon) : null, item.text));
}

function place(name: string, element: HTMLElement | null): void {
  document.querySelector(`[data-status=${name}]`)?.remove();
  if (!element) {
    return;
  }
  element.dataset.status = name;
  const bar = order.indexOf(name) < order.indexOf("position") ? left : right;
  const after = [...bar.children].find((child) => order.indexOf((child as HTMLElement).dataset.status!) > order.indexOf(name));
  bar.insertBefore(element, after ?? null);
}

export interface Person {
  id: string;
  name: string;
  kind: string;
}

/** Each with an avatar: a button that follows them, or stops it. */
export function setPeople(people: Person[], isFollowed: (person: Person) => boolean, follow: (person: Person) => void): void {
  place("people", people.length === 0 ? null : h("span", { class: "avatars", role: "group", "aria-label": `Here: ${people.map((person) => person.name).join(", ")}` },
    ...people.slice(0, 6).map((person) => h("button", {
      type: "button", class: `avatar${isFollowed(person) ? " followed" : ""}`, "aria-pressed": String(isFollowed(person)), title: `${person.name} is here. Follow them`, "aria-label": `Follow ${person.name}`,
      style: `background:${person.kind === "agent" ? "var(--agent)" : `var(--person-${personColour(person.id)})`}`, onclick: () => follow(person),
    }, initials(person.name)))));
}
