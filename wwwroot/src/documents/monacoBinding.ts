// Between Monaco and a document: what is typed becomes operations, others' operations become edits, undo is the person's own.
import type { editor, IDisposable } from "monaco-editor/editor/editor.api.js";
import { acceptable, Builder, growth, identity, map, type Operation } from "./operation.ts";
import { difference } from "./difference.ts";
import type { DocumentClient } from "./client.ts";
import type { SyncState } from "./pending.ts";
import type { Actor, CursorMoved, CursorRange } from "./protocol.ts";
import { UndoHistory } from "./undo.ts";
import { CursorFlags } from "./cursorFlags.ts";

type Monaco = typeof import("monaco-editor/editor/editor.api.js");

export interface DocumentEvents {
  changed: (document: SyncedDocument) => void;
  presence: (document: SyncedDocument, person: Actor, here: boolean) => void;
  cursor: (document: SyncedDocument, person: Actor, offset: number) => void;
  agentEdited: (document: SyncedDocument, firstLine: number, lastLine: number) => void;
  notice: (document: SyncedDocument, text: string, lost?: string) => void;
  moved: (document: SyncedDocument, from: string, to: string) => void;
}

const endings: Record<string, string> = { lf: "LF", crlf: "CRLF", cr: "CR", mixed: "Mixed" };
const encodings: Record<string, string> = { "utf-8": "UTF-8", "utf-8-bom": "UTF-8 with BOM", "utf-16le": "UTF-16 LE", "utf-16be": "UTF-16 BE" };
const cursorPause = 40;
/** While nothing moves: others should know that this page is still here. */
const cursorRenewal = 4 * 60 * 1000;
const undoKey = "KeyZ";
const redoKey = "KeyY";

export class SyncedDocument {
  readonly model: editor.ITextModel;
  private readonly history = new UndoHistory();
  private readonly cursors: CursorFlags;
  private readonly subscription: IDisposable;
  private readonly views = new Set<editor.ICodeEditor>();
  private applying = false;
  private cursorTimer: ReturnType<typeof setTimeout> | undefined;
  private unpublished: editor.ICodeEditor | null = null;

  constructor(
    private readonly monaco: Monaco,
    readonly client: DocumentClient,
    uri: ReturnType<Monaco["Uri"]["parse"]>,
    private readonly events: Partial<DocumentEvents>,
    colourOf: (actor: Actor) => string,
  ) {
    this.model = monaco.editor.createModel(client.text, undefined, uri);
    this.model.setEOL(monaco.editor.EndOfLineSequence.LF);
    this.cursors = new CursorFlags(monaco, this.model, colourOf);
    this.subscription = this.model.onDidChangeContent((event) => this.typed(event));
    client.replica = {
      applyRemote: (operation, actor) => this.applyRemote(operation, actor),
      cursorMoved: (event) => this.cursorMoved(event),
      caughtUp: () => this.unpublished && this.publishCursor(this.unpublished),
    };
  }

  get path(): string {
    return this.client.path;
  }

  get state(): SyncState {
    return this.client.state;
  }

  get unsent(): number {
    return this.client.unsent;
  }

  get lineEnding(): string {
    return endings[this.client.lineEnding] ?? this.client.lineEnding;
  }

  get encoding(): string {
    return encodings[this.client.encoding] ?? this.client.encoding;
  }

  save(): Promise<void> {
    return this.client.save();
  }

  cursorOf(is: (person: Actor) => boolean): number | undefined {
    return this.cursors.headOf(is);
  }

  /** An editor shows the model now: cursors of others are drawn in it, its own are published, undo is the person's own. */
  attach(view: editor.ICodeEditor): () => void {
    this.views.add(view);
    const renewal = setInterval(() => globalThis.document.visibilityState === "visible" && this.publishCursor(view), cursorRenewal);
    const attached = [
      { dispose: () => clearInterval(renewal) },
      this.watchComposition(view),
      this.cursors.attach(view),
      view.onDidChangeCursorSelection(() => this.publishCursorSoon(view)),
      view.onKeyDown((event) => {
        const control = event.ctrlKey || event.metaKey;
        if (control && !event.altKey && (event.code === undoKey || event.code === redoKey)) {
          event.preventDefault();
          event.stopPropagation();
          this.take(event.code === redoKey || event.shiftKey ? "redo" : "undo", view);
        }
      }),
    ];
    this.publishCursorSoon(view);
    return () => {
      this.views.delete(view);
      attached.forEach((one) => one.dispose());
    };
  }

  undo(view?: editor.ICodeEditor): void {
    this.take("undo", view);
  }

  redo(view?: editor.ICodeEditor): void {
    this.take("redo", view);
  }

  changed(): void {
    this.events.changed?.(this);
  }

  notice(text: string, lost?: string): void {
    this.events.notice?.(this, text, lost);
  }

  moved(from: string, to: string): void {
    this.events.moved?.(this, from, to);
  }

  /** Renamed by this page: known before the server's event tells it. */
  moveTo(path: string): void {
    this.client.moved(path);
  }

  dispose(): void {
    clearTimeout(this.cursorTimer);
    this.subscription.dispose();
    this.cursors.actors.forEach((actor) => this.events.presence?.(this, actor, false));
    this.cursors.dispose();
    this.client.dispose();
    this.model.dispose();
  }

  /** Monaco finds what is being composed by its place, which another's edit would move. */
  private watchComposition(view: editor.ICodeEditor): IDisposable {
    let composing = false;
    const begin = () => {
      if (!composing) {
        composing = true;
        this.client.hold();
      }
    };
    const end = () => {
      if (composing) {
        composing = false;
        this.client.release();
      }
    };
    // The last edit of a composition comes with its end, in the same turn.
    const listening = [view.onDidCompositionStart(begin), view.onDidCompositionEnd(() => setTimeout(end)), view.onDidBlurEditorText(() => setTimeout(end))];
    return { dispose: () => (listening.forEach((one) => one.dispose()), end()) };
  }

  private take(which: "undo" | "redo", view?: editor.ICodeEditor): void {
    const operation = this.client.readOnly ? null : this.history[which](this.client.text);
    if (operation) {
      this.client.edit(operation);
      const last = this.apply(operation);
      view?.setPosition(this.model.getPositionAt(last));
      view?.revealPositionInCenterIfOutsideViewport(this.model.getPositionAt(last));
    }
  }

  private typed(event: editor.IModelContentChangedEvent): void {
    if (this.applying) {
      return;
    }
    const before = this.client.text;
    let operation = operationOf(event.changes, before);
    // The editor normalises some pastes after the fact; what it shows is what was meant.
    const shown = acceptable(this.model.getValueLength() === before.length + growth(operation) ? "" : this.model.getValue());
    if (shown !== "") {
      operation = difference(before, shown);
    }
    if (operation.length === 0) {
      return;
    }
    this.history.record(operation, before);
    this.client.edit(operation);
    if (this.model.getValueLength() !== this.client.text.length) {
      this.apply(difference(this.model.getValue(), this.client.text));
    }
  }

  private applyRemote(operation: Operation, actor: Actor): void {
    this.history.rebase(operation);
    const cursors = [...this.views].map((view) => ({ view, offsets: this.offsetsOf(view) }));
    this.cursors.follow(actor, this.apply(operation));
    for (const { view, offsets } of cursors) {
      this.keepCursor(view, offsets, operation);
    }
    if (actor.kind === "agent") {
      this.tellAgentEdited(operation);
    }
  }

  /** Into the model, but not into its undo stack. Returns the offset behind the last change. */
  private apply(operation: Operation): number {
    const edits: editor.IIdentifiedSingleEditOperation[] = [];
    let position = 0;
    let last = 0;
    let grown = 0;
    for (let index = 0; index < operation.length; index++) {
      const step = operation[index]!;
      if (typeof step === "number" && step > 0) {
        position += step;
        continue;
      }
      const text = typeof step === "string" ? step : "";
      const next = operation[index + 1];
      const deleted = typeof step === "number" ? -step : typeof next === "number" && next < 0 ? -next : 0;
      if (text !== "" && deleted > 0) {
        index++;
      }
      const [start, end] = [this.model.getPositionAt(position), this.model.getPositionAt(position + deleted)];
      edits.push({ range: new this.monaco.Range(start.lineNumber, start.column, end.lineNumber, end.column), text });
      position += deleted;
      grown += text.length - deleted;
      last = position + grown;
    }
    this.applying = true;
    try {
      this.model.applyEdits(edits);
    } finally {
      this.applying = false;
    }
    return last;
  }

  private offsetsOf(view: editor.ICodeEditor): CursorRange[] {
    return (view.getSelections() ?? []).map((selection) => ({
      anchor: this.model.getOffsetAt({ lineNumber: selection.selectionStartLineNumber, column: selection.selectionStartColumn }),
      head: this.model.getOffsetAt({ lineNumber: selection.positionLineNumber, column: selection.positionColumn }),
    }));
  }

  /** Text that another inserts exactly at the cursor stands behind it: one's own next character goes to the left of it. */
  private keepCursor(view: editor.ICodeEditor, offsets: CursorRange[], operation: Operation): void {
    const kept = offsets.map((range) => ({ anchor: map(operation, range.anchor, "before"), head: map(operation, range.head, "before") }));
    const now = this.offsetsOf(view);
    if (kept.some((range, index) => range.anchor !== now[index]?.anchor || range.head !== now[index]?.head)) {
      view.setSelections(kept.map(({ anchor, head }) => {
        const [from, to] = [this.model.getPositionAt(anchor), this.model.getPositionAt(head)];
        return new this.monaco.Selection(from.lineNumber, from.column, to.lineNumber, to.column);
      }), "remote");
    }
  }

  private tellAgentEdited(operation: Operation): void {
    let position = 0;
    for (const step of operation) {
      if (typeof step === "string" || step < 0) {
        const length = typeof step === "string" ? step.length : 0;
        this.events.agentEdited?.(this, this.model.getPositionAt(position).lineNumber, this.model.getPositionAt(position + length).lineNumber);
        position += length;
      } else {
        position += step;
      }
    }
  }

  private publishCursorSoon(view: editor.ICodeEditor): void {
    clearTimeout(this.cursorTimer);
    this.cursorTimer = setTimeout(() => {
      this.publishCursor(view);
    }, cursorPause);
  }

  /** Where it is now, or as soon as the server knows the text it is in. */
  private publishCursor(view: editor.ICodeEditor): void {
    this.unpublished = view.getModel() === this.model && !this.client.setCursor(this.offsetsOf(view)) ? view : null;
  }

  private cursorMoved(event: CursorMoved): void {
    this.cursors.show(event);
    // One person may be here twice, in two windows.
    this.events.presence?.(this, event.actor, this.cursors.actors.some((actor) => actor.id === event.actor.id));
    const [last] = event.ranges.slice(-1);
    if (last) {
      this.events.cursor?.(this, event.actor, last.head);
    }
  }
}

/** Monaco's changes, all in coordinates of the text before, as one operation; never an edge inside a surrogate pair. */
export function operationOf(changes: readonly { rangeOffset: number; rangeLength: number; text: string }[], before: string): Operation {
  const builder = new Builder();
  let position = 0;
  for (const change of [...changes].sort((a, b) => a.rangeOffset - b.rangeOffset)) {
    let [start, end, text] = [change.rangeOffset, change.rangeOffset + change.rangeLength, change.text];
    if (isInside(before, start)) {
      text = before[--start] + text;
    }
    if (isInside(before, end)) {
      text += before[end++];
    }
    builder.retain(start - position).insert(acceptable(text)).delete(end - start);
    position = end;
  }
  const operation = builder.build();
  return operation.length === 0 ? identity : operation;
}

const isInside = (text: string, offset: number): boolean => /^[\ud800-\udbff][\udc00-\udfff]$/.test(text.slice(offset - 1, offset + 1)) && offset > 0;
