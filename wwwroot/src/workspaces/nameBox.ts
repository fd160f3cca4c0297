// The box in the tree where a name is typed: of a new file or folder, or another name for one that is there.
import { folderOf, h, icon, nameOf } from "../shell/dom";
import { editable } from "../shell/names";

export interface Naming {
  /** Path that gets another name, or null for a new entry. */
  path: string | null;
  folder: string;
  kind: "file" | "folder";
}

/** The row with the box; `done` is called once, with the path that was asked for, or null when nothing is to be done, and whether by a key. */
export function nameBox(naming: Naming, depth: number, done: (path: string | null, byKey: boolean) => void): { element: HTMLElement; focus: () => void } {
  const old = naming.path === null ? "" : nameOf(naming.path);
  const { text, parse } = editable(old);
  const input = h("input", { type: "text", "aria-label": naming.path === null ? `Name of the new ${naming.kind}` : "New name", spellcheck: "false", autocomplete: "off", value: text });
  let over = false;
  const finish = (save: boolean, byKey: boolean) => {
    if (over) {
      return;
    }
    over = true;
    // Spaces around a name are a slip of the finger, unless the name had them before.
    const typed = input.value === text ? old : parse(old === old.trim() ? input.value.trim() : input.value);
    done(save && typed !== "" && typed !== old ? (naming.folder ? `${naming.folder}/${typed}` : typed) : null, byKey);
  };
  input.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Enter" || event.key === "Escape") {
      event.preventDefault();
      finish(event.key === "Enter", true);
    }
  });
  input.addEventListener("blur", () => finish(true, false));
  const element = h("div", { class: "tree-row naming", role: "treeitem", "aria-level": depth + 1, "aria-selected": "true", style: `padding-left:${22 + depth * 12}px` },
    icon(naming.kind === "folder" ? "folder" : "file", "file-icon"), input);
  return {
    element,
    focus: () => {
      input.focus();
      const dot = text.lastIndexOf(".");
      input.setSelectionRange(0, dot > 0 && naming.kind === "file" ? dot : text.length);
    },
  };
}

export const depthOf = (folder: string): number => (folder === "" ? 0 : folder.split("/").length);
export const folderFor = (path: string, isFolder: boolean): string => (isFolder ? path : folderOf(path));
