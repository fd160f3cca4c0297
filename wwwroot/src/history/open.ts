// The door of this folder: brings history and blame into the active editor. Their code is fetched when they are first asked for.
import type { editor } from "monaco-editor/editor/editor.api.js";
import type { Editors } from "../editor/editors";
import type { Monaco } from "../editor/monaco";
import type { HistoryView } from "./historyView";

let history: HistoryView | null = null;

/** The active file's history, over its text. */
export async function showHistory(editors: Editors, monacoReady: Promise<Monaco>, mayEdit: boolean): Promise<void> {
  const path = editors.activePath;
  const model = editors.activeEditor?.getModel();
  if (!path || !model) {
    return;
  }
  history?.close();
  const [monaco, { HistoryView: View }] = await Promise.all([monacoReady, import("./historyView"), import("../editor/monaco").then((module) => module.services())]);
  const view: HistoryView = new View(monaco, path, model, mayEdit, () => {
    watching.dispose();
    history = null;
    editors.focus();
  });
  // What is typed meanwhile joins the list.
  let timer = 0;
  const watching = model.onDidChangeContent(() => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void view.load(), 1000);
  });
  model.onWillDispose(() => history === view && view.close());
  history = view;
  editors.cover(view.element);
  await view.load();
}

let blame: { view: editor.ICodeEditor; end: () => void } | null = null;

/** Who wrote the line with the cursor: on, or off again. */
export async function toggleBlame(editors: Editors): Promise<void> {
  const view = editors.activeEditor;
  const path = editors.activePath;
  const was = blame?.view;
  blame?.end();
  blame = null;
  if (!view || !path || was === view) {
    return;
  }
  const { Blame } = await import("./blame");
  const shownBlame = new Blame(view, path);
  const left = view.onDidChangeModel(() => {
    blame?.end();
    blame = null;
  });
  blame = { view, end: () => (left.dispose(), shownBlame.dispose()) };
}
