// The rows of a task, one per item, in the order in which they began. A plan is one row that ticks, wherever the model says it again.
import { duration, h } from "../shell/dom";
import { rowOf } from "./rows";
import type { Item } from "./task";

const nearEnd = 60;

export class Timeline {
  private readonly rows = h("div", { class: "rows" });
  private readonly cards = h("div", { class: "cards" });
  private readonly items = new Map<string, Item>();
  private readonly elements = new Map<string, HTMLElement>();

  constructor(private readonly view: HTMLElement, private readonly openFile: (path: string) => void) {}

  item(id: string): Item | undefined {
    return this.items.get(id);
  }

  reset(): void {
    this.items.clear();
    this.elements.clear();
    this.rows.replaceChildren();
    this.cards.replaceChildren();
    this.view.replaceChildren(this.rows, this.cards);
  }

  replaceAll(...content: (Node | string)[]): void {
    this.view.replaceChildren(...content);
  }

  draw(item: Item): void {
    this.items.set(item.id, item);
    const key = item.type === "plan" ? "plan" : item.id;
    this.keepEnd(() => {
      const existing = this.elements.get(key);
      const row = rowOf(item, existing instanceof HTMLDetailsElement ? existing.open : false, this.openFile);
      this.elements.set(key, row);
      existing ? existing.replaceWith(row) : this.rows.append(row);
    });
  }

  /** What stands below the rows; a new outcome is shown from its first line on. */
  drawCards(cards: Node[]): void {
    const had = this.cards.querySelector(".outcome") !== null;
    this.keepEnd(() => this.cards.replaceChildren(...cards));
    const outcome = this.cards.querySelector<HTMLElement>(".outcome");
    if (outcome && !had && outcome.offsetHeight > this.view.clientHeight - nearEnd) {
      this.view.scrollTop = outcome.offsetTop - this.view.offsetTop - 8;
    }
  }

  /** How long nothing has come, at the row that is being worked on. */
  drawAge(quiet: number | null): void {
    const last = [...this.items.values()].findLast((item) => item.status === "running");
    const took = last ? this.elements.get(last.type === "plan" ? "plan" : last.id)?.querySelector<HTMLElement>(".took:last-of-type") : null;
    if (took) {
      took.textContent = quiet === null ? "" : `${duration(quiet)} without news`;
    }
  }

  private keepEnd(change: () => void): void {
    const atEnd = this.view.scrollTop + this.view.clientHeight > this.view.scrollHeight - nearEnd;
    change();
    if (atEnd) {
      this.view.scrollTop = this.view.scrollHeight;
    }
  }
}
