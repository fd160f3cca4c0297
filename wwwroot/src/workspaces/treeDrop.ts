// Dragging in the tree: rows to other folders, files and folders from the person's own machine.
import { folderOf, nameOf } from "../shell/dom";
import { dropped, type Chosen } from "./uploads";
import type { TreeModel } from "./treeModel";
import type { TreeView } from "./treeView";

const rowType = "application/x-codex-path";
/** Held over a closed folder for this long, the folder opens. */
const openAfter = 700;

export interface DropActions {
  canWrite: () => boolean;
  move: (from: string, to: string) => void;
  upload: (folder: string, chosen: Chosen) => void;
  expand: (path: string) => void;
}

export function wireDrop(element: HTMLElement, model: TreeModel, view: TreeView, actions: DropActions): void {
  let target: HTMLElement | undefined;
  let over: string | null = null;
  let timer = 0;

  const folderAt = (event: DragEvent): string => {
    const row = model.row(view.pathAt(event) ?? "");
    return row ? (row.kind === "folder" ? row.path : folderOf(row.path)) : "";
  };
  const clear = () => {
    target?.classList.remove("target");
    target = undefined;
    over = null;
    window.clearTimeout(timer);
    element.classList.remove("drop-here");
  };

  element.addEventListener("dragstart", (event) => {
    const path = view.pathAt(event);
    if (path !== undefined && event.dataTransfer) {
      event.dataTransfer.setData(rowType, path);
      event.dataTransfer.effectAllowed = "move";
    }
  });
  element.addEventListener("dragover", (event) => {
    const types = event.dataTransfer?.types ?? [];
    if (!actions.canWrite() || !(types.includes(rowType) || types.includes("Files"))) {
      return;
    }
    event.preventDefault();
    const folder = folderAt(event);
    if (folder === over) {
      return;
    }
    clear();
    over = folder;
    target = folder ? view.elementOf(folder) : undefined;
    target?.classList.add("target");
    element.classList.toggle("drop-here", !target);
    if (folder && model.row(folder)?.open === false) {
      timer = window.setTimeout(() => actions.expand(folder), openAfter);
    }
  });
  element.addEventListener("dragleave", (event) => {
    if (!element.contains(event.relatedTarget as Node | null)) {
      clear();
    }
  });
  element.addEventListener("dragend", clear);
  element.addEventListener("drop", (event) => {
    event.preventDefault();
    const folder = folderAt(event);
    clear();
    if (!event.dataTransfer || !actions.canWrite()) {
      return;
    }
    const moved = event.dataTransfer.getData(rowType);
    if (moved) {
      const to = folder ? `${folder}/${nameOf(moved)}` : nameOf(moved);
      if (to !== moved && folder !== moved && !folder.startsWith(`${moved}/`)) {
        actions.move(moved, to);
      }
      return;
    }
    void dropped(event.dataTransfer).then((chosen) => actions.upload(folder, chosen));
  });
}
