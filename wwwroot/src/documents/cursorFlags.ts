// Cursors and selections of others, each with a flag that names its person and fades.
import type { editor, IDisposable } from "monaco-editor/editor/editor.api.js";
import type { Actor, CursorMoved } from "./protocol.ts";

type Monaco = typeof import("monaco-editor/editor/editor.api.js");

const flagFadesAfter = 2500;

let styled: CSSStyleSheet | undefined;
const coloured = new Set<string>();

/** Rules made here and not in a style sheet of the page: the colours are only known when somebody comes. */
function style(className: string, colour: string): void {
  if (!styled) {
    styled = new CSSStyleSheet();
    styled.insertRule(".remote-flag{color:#0f1116;font:600 11px/16px system-ui;padding:0 4px;border-radius:3px 3px 3px 0;white-space:nowrap;pointer-events:none;transition:opacity .15s}");
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, styled];
  }
  if (!coloured.has(className)) {
    coloured.add(className);
    styled.insertRule(`.${className}-cursor{border-left:2px solid ${colour};margin-left:-1px}`);
    styled.insertRule(`.${className}-selection{background:color-mix(in srgb, ${colour} 28%, transparent)}`);
  }
}

interface Shown {
  event: CursorMoved;
  decorations: string[];
  flags: Map<editor.ICodeEditor, editor.IContentWidget>;
  fade: ReturnType<typeof setTimeout> | undefined;
}

export class CursorFlags {
  private readonly shown = new Map<string, Shown>();
  private readonly views = new Set<editor.ICodeEditor>();

  constructor(private readonly monaco: Monaco, private readonly model: editor.ITextModel, private readonly colourOf: (actor: Actor) => string) {}

  attach(view: editor.ICodeEditor): IDisposable {
    this.views.add(view);
    return {
      dispose: () => {
        this.views.delete(view);
        for (const one of this.shown.values()) {
          this.removeFlag(one, view);
        }
      },
    };
  }

  /** Who has a cursor here. */
  get actors(): Actor[] {
    return [...new Map([...this.shown.values()].map((one) => [one.event.actor.id, one.event.actor])).values()];
  }

  /** Where somebody's cursor is; the latest, if they have several. */
  headOf(is: (actor: Actor) => boolean): number | undefined {
    return [...this.shown.values()].filter((one) => is(one.event.actor)).at(-1)?.event.ranges.at(-1)?.head;
  }

  /** Somebody has just written up to here: the cursor goes along at once, its own message may take a moment longer. */
  follow(actor: Actor, offset: number): void {
    const own = [...this.shown.values()].filter((one) => one.event.actor.id === actor.id);
    const [range] = own.length === 1 ? own[0]!.event.ranges : [];
    if (range && own[0]!.event.ranges.length === 1 && range.anchor === range.head) {
      this.show({ ...own[0]!.event, ranges: [{ anchor: offset, head: offset }] });
    }
  }

  show(event: CursorMoved): void {
    const before = this.shown.get(event.source);
    const one: Shown = before ?? { event, decorations: [], flags: new Map(), fade: undefined };
    one.event = event;
    const className = `remote-${[...event.actor.id].map((letter) => letter.charCodeAt(0).toString(36)).join("")}`;
    style(className, this.colourOf(event.actor));
    one.decorations = this.model.deltaDecorations(one.decorations, event.ranges.flatMap(({ anchor, head }) => this.decorate(anchor, head, className)));
    this.views.forEach((view) => this.removeFlag(one, view));
    clearTimeout(one.fade);
    if (event.ranges.length === 0) {
      this.shown.delete(event.source);
      return;
    }
    this.shown.set(event.source, one);
    this.views.forEach((view) => this.addFlag(one, view));
    one.fade = setTimeout(() => one.flags.forEach((flag) => (flag.getDomNode().style.opacity = "0")), flagFadesAfter);
  }

  dispose(): void {
    for (const one of this.shown.values()) {
      clearTimeout(one.fade);
      this.views.forEach((view) => this.removeFlag(one, view));
    }
    this.shown.clear();
  }

  private decorate(anchor: number, head: number, className: string): editor.IModelDeltaDecoration[] {
    const at = this.model.getPositionAt(head);
    const stickiness = this.monaco.editor.TrackedRangeStickiness.NeverGrowsWhenTypingAtEdges;
    const cursor = { range: new this.monaco.Range(at.lineNumber, at.column, at.lineNumber, at.column), options: { className: `${className}-cursor`, stickiness } };
    if (anchor === head) {
      return [cursor];
    }
    const [from, to] = [this.model.getPositionAt(Math.min(anchor, head)), this.model.getPositionAt(Math.max(anchor, head))];
    return [{ range: new this.monaco.Range(from.lineNumber, from.column, to.lineNumber, to.column), options: { className: `${className}-selection`, stickiness } }, cursor];
  }

  private addFlag(one: Shown, view: editor.ICodeEditor): void {
    const node = document.createElement("div");
    node.className = "remote-flag";
    node.textContent = one.event.actor.name;
    node.style.background = this.colourOf(one.event.actor);
    // People's colours are light in both themes; the agent's is the theme's own.
    node.style.color = one.event.actor.kind === "agent" ? "var(--base)" : "";
    const position = this.model.getPositionAt(one.event.ranges[0]!.head);
    const { ABOVE, BELOW } = this.monaco.editor.ContentWidgetPositionPreference;
    const flag: editor.IContentWidget = {
      getId: () => `remote-flag-${one.event.source}`,
      getDomNode: () => node,
      getPosition: () => ({ position, preference: [ABOVE, BELOW] }),
    };
    one.flags.set(view, flag);
    view.addContentWidget(flag);
  }

  private removeFlag(one: Shown, view: editor.ICodeEditor): void {
    const flag = one.flags.get(view);
    if (flag) {
      view.removeContentWidget(flag);
      one.flags.delete(view);
    }
  }
}
