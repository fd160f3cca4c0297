// One group of tabs over one Monaco editor; groups stand side by side with a divider between.
import type { editor } from "monaco-editor/editor/editor.api.js";
import { run } from "../shell/commands";
import { h, icon, iconButton } from "../shell/dom";
import { shown } from "../shell/names";
import type { Tab } from "./tab";

export interface GroupActions {
  focus: (group: Group) => void;
  split: (group: Group) => void;
  /** The tab that is being dragged was let go before the one at this index. */
  drop: (group: Group, index: number) => void;
  isDragging: () => boolean;
}

export class Group {
  readonly tabs: Tab[] = [];
  active: Tab | undefined;
  editor: editor.IStandaloneCodeEditor | undefined;
  readonly element: HTMLElement;
  readonly strip = h("div", { class: "tabs-scroll", role: "tablist", "aria-label": "Open files" });
  readonly crumbs = h("div", { class: "crumbs" });
  readonly stage = h("div", { class: "stage" });
  readonly host = h("div", { class: "monaco-host" });
  detach: (() => void) | undefined;
  marks: editor.IEditorDecorationsCollection | undefined;

  constructor(actions: GroupActions) {
    this.element = h("div", { class: "group" }, h("div", { class: "tabbar" }, this.strip, h("div", { class: "tab-tools" },
      iconButton("clock", "History of the file", () => (actions.focus(this), run("file.history"))),
      iconButton("split", "Split the editor (Ctrl+\\)", () => actions.split(this)))), this.crumbs, this.stage);
    this.element.addEventListener("focusin", () => actions.focus(this));
    this.element.addEventListener("pointerdown", () => actions.focus(this));
    this.strip.addEventListener("wheel", (event) => (this.strip.scrollLeft += event.deltaY || event.deltaX), { passive: true });
    this.wireDrop(actions);
  }

  /** Takes the text out of the editor, so that its model may go. */
  release(model: editor.ITextModel): void {
    if (this.editor?.getModel() === model) {
      this.detach?.();
      this.detach = undefined;
      this.editor.setModel(null);
    }
  }

  drawCrumbs(): void {
    const parts = this.active?.path.split("/") ?? [];
    this.crumbs.replaceChildren(...parts.flatMap((part, index) => (index ? [icon("chevron"), h("span", {}, shown(part))] : [h("span", {}, shown(part))])));
    this.crumbs.hidden = parts.length === 0;
  }

  private wireDrop(actions: GroupActions): void {
    const clear = () => this.strip.querySelectorAll(".drop-before, .drop-after").forEach((item) => item.classList.remove("drop-before", "drop-after"));
    const indexAt = (event: DragEvent) => {
      const index = this.tabs.findIndex((tab) => {
        const box = tab.element.getBoundingClientRect();
        return event.clientX < box.left + box.width / 2;
      });
      return index < 0 ? this.tabs.length : index;
    };
    this.strip.addEventListener("dragover", (event) => {
      if (!actions.isDragging()) {
        return;
      }
      event.preventDefault();
      const index = indexAt(event);
      clear();
      this.tabs[index]?.element.classList.add("drop-before");
      if (index === this.tabs.length) {
        this.tabs.at(-1)?.element.classList.add("drop-after");
      }
    });
    this.strip.addEventListener("dragleave", clear);
    this.strip.addEventListener("drop", (event) => {
      clear();
      if (actions.isDragging()) {
        event.preventDefault();
        actions.drop(this, indexAt(event));
      }
    });
  }
}

/** Side by side, each two with a divider that drags and answers to the arrow keys. */
export function layOut(parent: HTMLElement, groups: readonly Group[]): void {
  parent.replaceChildren(...groups.flatMap((group, index) => (index === 0 ? [group.element] : [divider(groups[index - 1]!.element, group.element), group.element])));
}

function divider(left: HTMLElement, right: HTMLElement): HTMLElement {
  const element = h("div", { class: "divider vertical", role: "separator", "aria-orientation": "vertical", "aria-label": "Resize editors", tabindex: "0", "aria-valuenow": "50" });
  const set = (share: number) => {
    const clamped = Math.min(0.85, Math.max(0.15, share));
    left.style.flexGrow = String(clamped * 2);
    right.style.flexGrow = String((1 - clamped) * 2);
    element.setAttribute("aria-valuenow", String(Math.round(clamped * 100)));
  };
  const share = () => left.offsetWidth / (left.offsetWidth + right.offsetWidth);
  element.addEventListener("pointerdown", (event) => {
    element.setPointerCapture(event.pointerId);
    const move = (to: PointerEvent) => set((to.clientX - left.getBoundingClientRect().left) / (left.offsetWidth + right.offsetWidth));
    element.addEventListener("pointermove", move);
    element.addEventListener("lostpointercapture", () => element.removeEventListener("pointermove", move), { once: true });
  });
  element.addEventListener("dblclick", () => set(0.5));
  element.addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
      event.preventDefault();
      set(share() + (event.key === "ArrowLeft" ? -0.03 : 0.03));
    }
  });
  return element;
}
