// The keys of the file tree: arrows, Home and End, type to find, Enter, F2 and Delete.
import { folderOf, nameOf } from "../shell/dom";
import { rowHeight } from "./treeView";
import type { Row, TreeModel } from "./treeModel";

export interface TreeActions {
  focused: () => string;
  focus: (path: string) => void;
  toggle: (row: Row) => void;
  open: (row: Row, keep: boolean) => void;
  rename: () => void;
  remove: () => void;
}

const pauseThatEndsAWord = 800;

export function wireKeys(element: HTMLElement, model: TreeModel, actions: TreeActions): void {
  let typed = "";
  let typedAt = 0;

  const find = (event: KeyboardEvent, index: number) => {
    typed = event.timeStamp - typedAt < pauseThatEndsAWord ? typed + event.key.toLowerCase() : event.key.toLowerCase();
    typedAt = event.timeStamp;
    const from = typed.length === 1 ? index + 1 : Math.max(0, index);
    const order = [...model.rows.slice(from), ...model.rows.slice(0, from)];
    const found = order.find((row) => nameOf(row.path).toLowerCase().startsWith(typed));
    if (found) {
      actions.focus(found.path);
    }
  };

  element.addEventListener("keydown", (event) => {
    const index = model.indexOf(actions.focused());
    const row = model.rows[index];
    const page = Math.max(1, Math.floor(element.clientHeight / rowHeight) - 1);
    const go = (to: number) => {
      const next = model.rows[Math.max(0, Math.min(model.rows.length - 1, to))];
      if (next) {
        actions.focus(next.path);
      }
    };
    if (event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    switch (event.key) {
      case "ArrowDown": go(index + 1); break;
      case "ArrowUp": go(index - 1); break;
      case "PageDown": go(index + page); break;
      case "PageUp": go(index - page); break;
      case "Home": go(0); break;
      case "End": go(model.rows.length - 1); break;
      case "ArrowRight":
        if (row?.kind !== "folder") {
          break;
        }
        if (row.open) {
          go(index + 1);
        } else {
          actions.toggle(row);
        }
        break;
      case "ArrowLeft":
        if (row?.open) {
          actions.toggle(row);
        } else if (row && folderOf(row.path)) {
          actions.focus(folderOf(row.path));
        }
        break;
      case "Enter":
      case " ":
        if (row?.kind === "folder") {
          actions.toggle(row);
        } else if (row) {
          actions.open(row, event.key === "Enter");
        }
        break;
      case "F2": actions.rename(); break;
      case "Delete": actions.remove(); break;
      default:
        if (event.key.length !== 1) {
          return;
        }
        find(event, index);
    }
    event.preventDefault();
    event.stopPropagation();
  });
}
