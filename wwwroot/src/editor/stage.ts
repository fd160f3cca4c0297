// What stands in a group where no text does: the welcome, a skeleton, an error; and the line that says a file is gone.
import { h, icon } from "../shell/dom";

const hints: [string, string][] = [["Go to a file", "Ctrl+P"], ["All commands", "Ctrl+Shift+P"], ["Search in files", "Ctrl+Shift+F"], ["Terminal", "Ctrl+`"], ["Ask the agent", "Ctrl+Shift+A"]];

export const welcome = (): HTMLElement =>
  h("div", { class: "welcome" }, icon("logo"), h("dl", {}, ...hints.flatMap(([what, keys]) => [h("dt", {}, what), h("dd", {}, h("kbd", {}, keys))])));

export const skeleton = (): HTMLElement =>
  h("div", { class: "editor-skeleton", "aria-label": "Loading", role: "status" }, ...[30, 55, 42, 60, 0, 38, 66, 50].map((width) => h("div", { class: width ? "skeleton" : "", style: `width:${width}%` })));

export const failure = (error: unknown, again: () => void): HTMLElement =>
  h("div", { class: "empty", tabindex: "-1" }, icon("warning"), h("p", {}, error instanceof Error ? error.message : String(error)), h("button", { type: "button", class: "button", onclick: again }, "Try again"));

/** The text on screen has no file any more. */
export const goneLine = (save: () => void, close: () => void): HTMLElement =>
  h("div", { class: "banner-line gone-line", role: "status" }, icon("warning", "is-warning"), h("span", {}, "This file was deleted. Its text is still here, but no longer saved."),
    h("button", { type: "button", class: "button small", onclick: save }, "Write it again"), h("button", { type: "button", class: "button small", onclick: close }, "Close"));

/** The file is large, so it is only shown until somebody wants to edit it. */
export function largeLine(bytes: number, edit: () => void): HTMLElement {
  const button = h("button", { type: "button", class: "button small", onclick: () => (button.setAttribute("disabled", ""), edit()) }, "Edit");
  return h("div", { class: "banner-line large-line", role: "status" }, icon("file"),
    h("span", {}, `This file has ${(bytes / 1048576).toFixed(1)} MB. It is read only until you choose to edit it.`), button);
}
