// Behind the line with the cursor: who wrote it, and when. Switched on and off; follows what is typed.
import type { editor, IDisposable } from "monaco-editor/editor/editor.api.js";
import { ago } from "../shell/dom";
import { blame, type BlamedLines } from "./history";

const settles = 800;

export class Blame {
  private lines: BlamedLines[] = [];
  private readonly marks: editor.IEditorDecorationsCollection;
  private readonly listening: IDisposable[];
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asked = 0;

  constructor(private readonly view: editor.ICodeEditor, private readonly path: string) {
    this.marks = view.createDecorationsCollection();
    this.listening = [
      view.onDidChangeCursorPosition(() => this.draw()),
      view.onDidChangeModelContent(() => {
        this.marks.clear();
        clearTimeout(this.timer);
        this.timer = setTimeout(() => void this.load(), settles);
      }),
    ];
    void this.load();
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.asked++;
    this.listening.forEach((one) => one.dispose());
    this.marks.clear();
  }

  private async load(): Promise<void> {
    const asked = ++this.asked;
    try {
      const lines = await blame(this.path);
      if (asked === this.asked) {
        this.lines = lines;
        this.draw();
      }
    } catch {
      // Away for now: nothing is said about the line, and the next change asks again.
      this.marks.clear();
    }
  }

  private draw(): void {
    const line = this.view.getPosition()?.lineNumber ?? 0;
    const model = this.view.getModel();
    const known = this.lines.find((run) => run.from <= line && line <= run.to);
    if (!model || !known || line > model.getLineCount()) {
      this.marks.clear();
      return;
    }
    const column = model.getLineMaxColumn(line);
    const text = known.actor && known.at ? `${known.actor.name}, ${ago(known.at)}` : "From before the history";
    this.marks.set([{ range: { startLineNumber: line, startColumn: column, endLineNumber: line, endColumn: column },
      options: { after: { content: `\u2003${text}`, inlineClassName: "blame", cursorStops: 3 }, showIfCollapsed: true } }]);
  }
}
