// Brings a tab's content onto its group's stage: the text into the group's one Monaco editor, everything else in its stead.
import type { editor } from "monaco-editor/editor/editor.api.js";
import { run } from "../shell/commands";
import type { SyncedDocument } from "./documentSync";
import type { Group } from "./group";
import type { Monaco } from "./monaco";
import { drawPosition } from "./position";
import { editorOptions } from "./settings";
import { goneLine, largeLine, skeleton, welcome } from "./stage";
import { documentOf, type Tab } from "./tab";

export interface ScreenHost {
  isCurrent: (group: Group) => boolean;
  focused: (group: Group) => void;
  close: (tab: Tab, group: Group) => void;
  writeAgain: (path: string, document: SyncedDocument) => void;
  editLarge: () => void;
}

export class Screen {
  constructor(private readonly monacoReady: Promise<Monaco>, private readonly host: ScreenHost) {}

  /** `from`: what had the keys when this was asked for; null: they stay where they are. Opening takes a moment, and whoever went on to type elsewhere keeps them. */
  async mount(group: Group, tab: Tab, from: Element | null): Promise<void> {
    const document = documentOf(tab);
    const mayFocus = () => from !== null && [from, window.document.body, null].includes(window.document.activeElement);
    if (!document) {
      const focus = mayFocus();
      this.drawStage(group);
      if (focus) {
        (group.stage.firstElementChild as HTMLElement | null)?.focus();
      }
      this.drawPosition(group);
      return;
    }
    const monaco = await this.monacoReady;
    if (group.active !== tab || documentOf(tab) !== document) {
      return;
    }
    group.stage.replaceChildren(group.host);
    const view = (group.editor ??= this.createEditor(monaco, group));
    if (view.getModel() !== document.model) {
      group.detach?.();
      view.setModel(document.model);
      group.detach = document.attach(view);
      if (tab.state) {
        view.restoreViewState(tab.state);
      }
    }
    this.drawAccess(group, tab);
    this.goToPending(group, tab, view);
    this.drawPosition(group);
    if (mayFocus()) {
      view.focus();
    }
  }

  /** May the text be changed, and is there still a file behind it? */
  drawAccess(group: Group, tab: Tab): void {
    const document = documentOf(tab);
    if (!document || tab !== group.active) {
      return;
    }
    const gone = document.state === "gone";
    const large = document.largeBytes !== undefined && !gone;
    group.editor?.updateOptions({ readOnly: gone || document.state === "readOnly", readOnlyMessage: large ? { value: "This file is large and only shown. Choose Edit below to change it." } : undefined });
    if (large && !group.stage.querySelector(".large-line")) {
      group.stage.append(largeLine(document.largeBytes!, this.host.editLarge));
    } else if (!large) {
      group.stage.querySelector(".large-line")?.remove();
    }
    const line = group.stage.querySelector(".gone-line");
    if (gone && !line) {
      group.stage.append(goneLine(() => this.host.writeAgain(tab.path, document), () => this.host.close(tab, group)));
    } else if (!gone) {
      line?.remove();
    }
  }

  drawPosition(group: Group): void {
    if (this.host.isCurrent(group)) {
      const document = documentOf(group.active);
      drawPosition(document ? group.editor : undefined, document);
    }
  }

  /** What is there instead of a text. */
  drawStage(group: Group): void {
    const content = group.active?.content;
    if (!group.active) {
      group.detach?.();
      group.detach = undefined;
      group.editor?.setModel(null);
      group.drawCrumbs();
      this.drawPosition(group);
    }
    group.stage.replaceChildren(!group.active ? welcome() : content && content.kind !== "text" ? content.element : skeleton());
  }

  private goToPending(group: Group, tab: Tab, view: editor.IStandaloneCodeEditor): void {
    group.marks?.clear();
    if (!tab.pending) {
      return;
    }
    const position = { lineNumber: tab.pending.line, column: tab.pending.column ?? 1 };
    view.setPosition(position);
    view.revealPositionInCenterIfOutsideViewport(position);
    if (tab.mark) {
      const range = { startLineNumber: position.lineNumber, startColumn: 1, endLineNumber: position.lineNumber, endColumn: 1 };
      group.marks = view.createDecorationsCollection([{ range, options: { isWholeLine: true, className: "frame-line" } }]);
    }
    tab.pending = undefined;
  }

  private createEditor(monaco: Monaco, group: Group): editor.IStandaloneCodeEditor {
    const view = monaco.editor.create(group.host, { ...editorOptions(), model: null });
    view.onDidChangeCursorPosition(() => this.drawPosition(group));
    view.onDidFocusEditorWidget(() => this.host.focused(group));
    // Keys that Monaco would keep for itself.
    const { KeyMod, KeyCode } = monaco;
    for (const [keys, command] of [[KeyMod.CtrlCmd | KeyCode.KeyP, "palette.files"], [KeyMod.CtrlCmd | KeyMod.Shift | KeyCode.KeyP, "palette.commands"], [KeyCode.F1, "palette.commands"]] as const) {
      view.addCommand(keys, () => run(command));
    }
    return view;
  }
}
