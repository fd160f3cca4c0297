// Draws the rows in view and no others. A row that stays in view keeps its element, so that clicks, drags and the focus survive a redraw.
import { fileIcon, h, icon, nameOf } from "../shell/dom";
import { shown } from "../shell/names";
import type { Row, TreeModel } from "./treeModel";

export const rowHeight = 22;
const beyond = 8;

/** One more row, at a place of the list: the box for a name. `instead`: in place of the row there. */
export interface InsertedRow {
  at: number;
  instead: boolean;
  element: HTMLElement;
}

export class TreeView {
  focused = "";
  selected = "";
  failedFiles: ReadonlySet<string> = new Set();
  readonly here = new Map<string, string>();
  inserted: InsertedRow | null = null;
  readonly body = h("div", { class: "tree-body", role: "presentation" });
  private readonly drawn = new Map<string, { element: HTMLElement; state: string }>();

  constructor(private readonly element: HTMLElement, private readonly model: TreeModel, private readonly empty: () => HTMLElement) {
    element.addEventListener("scroll", () => this.draw(), { passive: true });
    new ResizeObserver(() => this.draw()).observe(element);
  }

  elementOf(path: string): HTMLElement | undefined {
    return this.drawn.get(path)?.element;
  }

  pathAt(event: Event): string | undefined {
    return (event.target as Element).closest<HTMLElement>(".tree-row")?.dataset.path;
  }

  scrollTo(path: string): void {
    const top = this.model.indexOf(path) * rowHeight;
    if (top < this.element.scrollTop) {
      this.element.scrollTop = Math.max(0, top);
    } else if (top + rowHeight > this.element.scrollTop + this.element.clientHeight) {
      this.element.scrollTop = top + rowHeight - this.element.clientHeight;
    }
  }

  draw(): void {
    if (!this.body.isConnected) {
      return;
    }
    const rows = this.model.rows;
    if (rows.length === 0 && !this.inserted) {
      this.drawn.clear();
      this.body.style.height = "";
      this.body.replaceChildren(this.empty());
      this.element.removeAttribute("aria-activedescendant");
      return;
    }
    const extra = this.inserted && !this.inserted.instead ? 1 : 0;
    const count = rows.length + extra;
    const first = Math.max(0, Math.floor(this.element.scrollTop / rowHeight) - beyond);
    const last = Math.min(count, Math.ceil((this.element.scrollTop + this.element.clientHeight) / rowHeight) + beyond);
    this.body.style.height = `${count * rowHeight}px`;
    const wanted: HTMLElement[] = [];
    const kept = new Set<string>();
    for (let index = first; index < last; index++) {
      if (this.inserted?.at === index) {
        this.inserted.element.style.top = `${index * rowHeight}px`;
        wanted.push(this.inserted.element);
        continue;
      }
      const row = rows[extra && index > this.inserted!.at ? index - 1 : index];
      if (row) {
        kept.add(row.path);
        wanted.push(this.elementFor(row, index));
      }
    }
    for (const path of this.drawn.keys()) {
      if (!kept.has(path)) {
        this.drawn.delete(path);
      }
    }
    place(this.body, wanted);
    const active = this.drawn.get(this.focused)?.element;
    if (active) {
      this.element.setAttribute("aria-activedescendant", active.id);
    } else {
      this.element.removeAttribute("aria-activedescendant");
    }
  }

  private elementFor(row: Row, index: number): HTMLElement {
    const here = this.here.get(row.path);
    const state = [row.kind, row.depth, row.open, row.place, row.of, row.path === this.selected, row.path === this.focused, this.failedFiles.has(row.path), here].join();
    let known = this.drawn.get(row.path);
    if (known?.state !== state) {
      const element = this.drawRow(row, here);
      // The same element with another inside: a click between two redraws is one click.
      if (known) {
        for (const { name } of [...known.element.attributes]) {
          known.element.removeAttribute(name);
        }
        for (const { name, value } of element.attributes) {
          known.element.setAttribute(name, value);
        }
        known.element.replaceChildren(...element.childNodes);
        known.state = state;
      } else {
        known = { element, state };
        this.drawn.set(row.path, known);
      }
    }
    known.element.id = `row-${index}`;
    known.element.style.top = `${index * rowHeight}px`;
    return known.element;
  }

  private drawRow(row: Row, here: string | undefined): HTMLElement {
    const folder = row.kind === "folder";
    const name = shown(nameOf(row.path));
    const classes = ["tree-row", row.path === this.selected && "selected", row.path === this.focused && "focused", this.failedFiles.has(row.path) && "failed-file"];
    return h("div", {
      class: classes.filter(Boolean).join(" "), role: "treeitem", "aria-level": row.depth + 1, "aria-posinset": row.place, "aria-setsize": row.of,
      "aria-expanded": folder ? String(row.open) : undefined, "aria-selected": String(row.path === this.selected), "data-path": row.path, draggable: "true",
      title: shown(row.path), style: `padding-left:${6 + row.depth * 12}px`,
    }, folder ? icon("chevron", "twist") : h("span", { class: "twist" }), folder ? icon("folder", "file-icon") : fileIcon(row.path), h("span", { class: "name" }, name),
    row.kind === "link" ? h("span", { class: "muted" }, "link") : null, here ? h("span", { class: "here", style: `background:${here}` }) : null);
  }
}

/** Makes these the children, touching only what differs. */
function place(parent: HTMLElement, wanted: HTMLElement[]): void {
  const stays = new Set<Node>(wanted);
  for (const child of [...parent.childNodes]) {
    if (!stays.has(child)) {
      child.remove();
    }
  }
  wanted.forEach((element, index) => {
    if (parent.children[index] !== element) {
      parent.insertBefore(element, parent.children[index] ?? null);
    }
  });
}
