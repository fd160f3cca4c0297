// Behind the line with the cursor: who wrote it, and when. Switched on and off; follows what is typed.
import type { editor, IDisposable, IPosition } from "monaco-editor/editor/editor.api.js";
import { ago, h } from "../shell/dom";
import { shown } from "../shell/names";
import { blame, type BlamedLines } from "./history";

const settles = 800;
/** ContentWidgetPositionPreference.EXACT, without Monaco's code. */
const exact = 0;

export class Blame {
  private lines: BlamedLines[] = [];
  /** Beside the text and not in it: nobody's cursor is moved by it. */
  private readonly words = h("span", { class: "blame" });
  private at: IPosition | null = null;
  private readonly widget: editor.IContentWidget = { getId: () => "blame", getDomNode: () => this.words, getPosition: () => this.at && { position: this.at, preference: [exact] } };
  private readonly listening: IDisposable[];
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asked = 0;

  constructor(private readonly view: editor.ICodeEditor, private readonly path: string) {
    view.addContentWidget(this.widget);
    this.listening = [
      view.onDidChangeCursorPosition(() => this.draw()),
      view.onDidChangeModelContent(() => {
        this.show(null, "");
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
    this.view.removeContentWidget(this.widget);
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
      this.show(null, "");
    }
  }

  private draw(): void {
    const line = this.view.getPosition()?.lineNumber ?? 0;
    const model = this.view.getModel();
    const known = this.lines.find((run) => run.from <= line && line <= run.to);
    if (!model || !known || line > model.getLineCount()) {
      this.show(null, "");
    } else {
      this.show({ lineNumber: line, column: model.getLineMaxColumn(line) }, known.actor && known.at ? `${shown(known.actor.name)}, ${ago(known.at)}` : "From before the history");
    }
  }

  private show(at: IPosition | null, words: string): void {
    this.at = at;
    this.words.textContent = words;
    this.view.layoutContentWidget(this.widget);
  }
}
