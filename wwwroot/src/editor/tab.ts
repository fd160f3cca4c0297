// One tab: its place in the strip, its label, its dot, and what can be done with it by mouse and keyboard.
import type { editor } from "monaco-editor/editor/editor.api.js";
import { fileIcon, folderOf, h, icon, nameOf } from "../shell/dom";
import { shown } from "../shell/names";
import { menu } from "../shell/overlays";
import type { SyncedDocument } from "./documentSync";

export interface Place {
  line: number;
  column?: number;
}

/** What a tab shows: a text in the editor, or an element in its stead. */
export type Content = { kind: "text"; document: SyncedDocument } | { kind: "view" | "error"; element: HTMLElement };

export interface Tab {
  path: string;
  /** A tab opened by one click is replaced by the next one. */
  preview: boolean;
  /** Not there while it is loading. */
  content?: Content;
  state?: editor.ICodeEditorViewState | null;
  readonly element: HTMLElement;
  readonly label: HTMLElement;
  pending?: Place;
  mark?: boolean;
}

export interface TabActions {
  activate: (tab: Tab, focus: boolean) => Promise<void>;
  close: (tab: Tab) => void;
  closeOthers: (tab: Tab | null) => void;
  keep: (tab: Tab) => void;
  split: () => void;
  neighbour: (tab: Tab, step: number) => Tab;
  /** By one place; from the keyboard. */
  move: (tab: Tab, step: number) => void;
  dragged: (tab: Tab | null) => void;
}

export const documentOf = (tab: Tab | undefined): SyncedDocument | undefined => (tab?.content?.kind === "text" ? tab.content.document : undefined);

export function makeTab(path: string, preview: boolean, actions: TabActions): Tab {
  const label = h("button", { type: "button", role: "tab", tabindex: "-1", "aria-selected": "false" });
  const close = h("button", { type: "button", class: "tab-close", title: "Close (Alt+W)", "aria-hidden": "true", tabindex: "-1" }, icon("close"));
  const element = h("div", { class: "tab", draggable: "true", role: "presentation" }, label, close);
  const tab: Tab = { path, preview, element, label };
  label.addEventListener("click", () => void actions.activate(tab, true));
  label.addEventListener("dblclick", () => actions.keep(tab));
  label.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step && event.ctrlKey && event.shiftKey) {
      actions.move(tab, step);
      label.focus();
    } else if (step) {
      const next = actions.neighbour(tab, step);
      void actions.activate(next, false).then(() => next.label.focus());
    } else if (event.key === "Delete") {
      actions.close(tab);
    } else {
      return;
    }
    event.preventDefault();
  });
  close.addEventListener("click", () => actions.close(tab));
  // The middle button closes; without this it would begin to scroll.
  element.addEventListener("mousedown", (event) => event.button === 1 && event.preventDefault());
  element.addEventListener("auxclick", (event) => event.button === 1 && (event.preventDefault(), actions.close(tab)));
  element.addEventListener("contextmenu", (event) => {
    event.preventDefault();
    const box = element.getBoundingClientRect();
    menu(event.clientX || box.left, event.clientY || box.bottom, [
      { label: "Close", key: "Alt+W", run: () => actions.close(tab) },
      { label: "Close others", run: () => actions.closeOthers(tab) },
      { label: "Close all", run: () => actions.closeOthers(null) }, null,
      { label: "Copy path", run: () => void navigator.clipboard.writeText(tab.path) }, { label: "Split", run: actions.split }]);
  });
  element.addEventListener("dragstart", (event) => {
    event.dataTransfer?.setData("application/x-codex-tab", tab.path);
    actions.dragged(tab);
  });
  element.addEventListener("dragend", () => actions.dragged(null));
  return tab;
}

/** `twin`: another open file has the same name, so the folder is said too. */
export function drawTab(tab: Tab, dirty: boolean, twin: boolean): void {
  const gone = documentOf(tab)?.state === "gone";
  const name = shown(nameOf(tab.path));
  tab.label.replaceChildren(fileIcon(tab.path), h("span", { class: "label", style: tab.preview ? "font-style:italic" : undefined }, name, twin ? h("span", { class: "muted" }, ` ${shown(folderOf(tab.path))}`) : null));
  tab.label.setAttribute("aria-label", `${name}${gone ? ", deleted" : dirty ? ", unsaved" : ""}`);
  tab.element.title = shown(tab.path);
  tab.element.classList.toggle("dirty", dirty && !gone);
  tab.element.classList.toggle("gone", gone);
}
