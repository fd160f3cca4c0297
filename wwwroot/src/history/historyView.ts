// The history of one file over its editor: who changed it when, any moment of it against now or one change alone, and the way back.
import type { editor } from "monaco-editor/editor/editor.api.js";
import type { Monaco } from "../editor/monaco";
import { ago, h, icon, iconButton, nameOf } from "../shell/dom";
import { shown } from "../shell/names";
import { fail, toast } from "../shell/overlays";
import { colourOfActor } from "../shell/presence";
import { restore, revert, textAt, timeline, type Change } from "./history";

const sideBySideFrom = 900;

export class HistoryView {
  readonly element: HTMLElement;
  private readonly list = h("div", { class: "history-list", role: "listbox", "aria-label": "Changes, newest first", tabindex: "0" });
  private readonly slider = h("input", { type: "range", class: "history-slider", "aria-label": "Moment", min: "0", max: "0" });
  private readonly moment = h("span", { class: "history-moment", role: "status" });
  private readonly alone = h("input", { type: "checkbox" });
  private readonly restoreButton = h("button", { type: "button", class: "button small primary" }, "Restore this version");
  private readonly revertButton = h("button", { type: "button", class: "button small" }, "Take this change back");
  private readonly host = h("div", { class: "history-diff" });
  private readonly diff: editor.IStandaloneDiffEditor;
  private changes: Change[] = [];
  private newest = 0;
  private nextBefore: number | null = null;
  /** The revision that is shown. */
  private at = 0;
  private asked = 0;

  constructor(private readonly monaco: Monaco, readonly path: string, private readonly now: editor.ITextModel, private readonly canWrite: boolean, private readonly closed: () => void) {
    const close = iconButton("close", "Close the history (Escape)", () => this.close());
    this.element = h("section", { class: "history", "aria-label": `History of ${shown(nameOf(path))}` },
      h("header", { class: "history-head" }, icon("clock"), h("strong", {}, "History"), this.moment, h("label", { class: "history-alone" }, this.alone, "This change alone"), this.revertButton, this.restoreButton, close),
      h("div", { class: "history-side" }, this.slider, this.list), this.host);
    this.diff = monaco.editor.createDiffEditor(this.host, {
      automaticLayout: true, readOnly: true, originalEditable: false, renderSideBySide: this.host.clientWidth > sideBySideFrom, useInlineViewWhenSpaceIsLimited: true,
      minimap: { enabled: false }, scrollBeyondLastLine: false, renderOverviewRuler: false, hideUnchangedRegions: { enabled: true },
    });
    this.slider.addEventListener("input", () => this.show(Number(this.slider.value)));
    this.alone.addEventListener("change", () => this.show(this.at));
    this.restoreButton.addEventListener("click", () => void this.restore());
    this.revertButton.addEventListener("click", () => void this.revert());
    this.list.addEventListener("keydown", (event) => this.listKey(event));
    this.element.addEventListener("keydown", (event) => event.key === "Escape" && (event.stopPropagation(), this.close()));
    document.addEventListener("keydown", this.escape);
  }

  /** Loads what there is, and shows the newest change; later: what has come since, without moving what is looked at. */
  async load(): Promise<void> {
    try {
      const first = this.newest === 0;
      if (first) {
        this.list.replaceChildren(h("div", { class: "empty small", role: "status" }, "Loading …"));
      }
      const told = await timeline(this.path);
      if (!first && !this.element.isConnected) {
        return;
      }
      const older = this.changes.filter((change) => change.to < (told.changes.at(-1)?.from ?? Infinity));
      this.changes = [...told.changes, ...older];
      this.nextBefore = older.length > 0 ? this.nextBefore : told.nextBefore;
      this.newest = told.revision;
      [this.slider.min, this.slider.max] = [String(told.oldest), String(told.revision)];
      this.drawList();
      if (first && this.changes.length > 0) {
        this.alone.checked = true;
        this.show(this.changes[0]!.to);
        this.list.focus();
      } else {
        this.drawState();
      }
    } catch (error) {
      this.list.replaceChildren(h("div", { class: "empty small" }, error instanceof Error ? error.message : String(error), h("button", { type: "button", class: "button small", onclick: () => void this.load() }, "Try again")));
    }
  }

  /** Nothing has the keys: the button that had them can do nothing any more. */
  private readonly escape = (event: KeyboardEvent) => {
    if (event.key === "Escape" && event.target === document.body) {
      this.close();
    }
  };

  close(): void {
    document.removeEventListener("keydown", this.escape);
    this.diff.getModel()?.original.dispose();
    if (this.diff.getModel()?.modified !== this.now) {
      this.diff.getModel()?.modified.dispose();
    }
    this.diff.dispose();
    this.element.remove();
    this.closed();
  }

  private get change(): Change | undefined {
    return this.changes.find((change) => change.from <= this.at && this.at <= change.to);
  }

  private show(revision: number): void {
    this.at = revision;
    this.slider.value = String(revision);
    this.drawState();
    void this.compare();
  }

  /** Of several moments asked for in quick succession only the last is shown. */
  private async compare(): Promise<void> {
    const asked = ++this.asked;
    const change = this.alone.checked ? this.change : undefined;
    try {
      const [before, after] = await Promise.all([textAt(this.path, change ? change.from - 1 : this.at), change ? textAt(this.path, change.to) : null]);
      if (asked !== this.asked || !this.element.isConnected) {
        return;
      }
      const old = this.diff.getModel();
      const language = this.now.getLanguageId();
      this.diff.updateOptions({ renderSideBySide: this.host.clientWidth > sideBySideFrom });
      this.diff.setModel({ original: this.monaco.editor.createModel(before, language), modified: after === null ? this.now : this.monaco.editor.createModel(after, language) });
      old?.original.dispose();
      if (old && old.modified !== this.now) {
        old.modified.dispose();
      }
    } catch (error) {
      if (asked === this.asked) {
        fail("This moment cannot be shown.", error);
      }
    }
  }

  private drawState(): void {
    const change = this.change;
    this.moment.textContent = change ? `${change.actor.name}, ${new Date(change.endedAt).toLocaleString()}` : this.at === 0 || this.at < (this.changes.at(-1)?.from ?? 1) ? "As it began" : "";
    this.restoreButton.disabled = !this.canWrite || this.at === this.newest;
    this.revertButton.disabled = !this.canWrite || !change;
    this.list.querySelectorAll("[role=option]").forEach((option) => {
      const selected = option.getAttribute("data-to") === String(change?.to);
      option.setAttribute("aria-selected", String(selected));
      if (selected) {
        option.scrollIntoView({ block: "nearest" });
        this.list.setAttribute("aria-activedescendant", option.id);
      }
    });
  }

  private drawList(): void {
    const top = this.list.scrollTop;
    this.list.replaceChildren(...(this.changes.length === 0 ? [h("div", { class: "empty small" }, "No changes yet: what anybody types from now on is kept here.")] : this.changes.map((change) => this.row(change))));
    if (this.nextBefore !== null) {
      this.list.append(h("button", { type: "button", class: "button small history-more", onclick: () => void this.more() }, "Show older changes"));
    }
    this.list.scrollTop = top;
  }

  private row(change: Change): HTMLElement {
    return h("div", { class: "history-row", role: "option", id: `history-${change.to}`, "data-to": change.to, "aria-selected": "false", onclick: () => this.show(change.to) },
      h("span", { class: "dot", style: `background:${colourOfActor(change.actor)}` }),
      h("span", { class: "history-who" }, change.actor.name),
      h("time", { class: "muted", title: new Date(change.endedAt).toLocaleString() }, ago(change.endedAt)),
      h("span", { class: "history-size" }, h("span", { class: "is-passed" }, `+${change.inserted}`), " ", h("span", { class: "is-failed" }, `−${change.deleted}`)));
  }

  private async more(): Promise<void> {
    try {
      const older = await timeline(this.path, this.nextBefore ?? undefined);
      this.changes.push(...older.changes);
      this.nextBefore = older.nextBefore;
      this.drawList();
      this.drawState();
    } catch (error) {
      fail("Older changes cannot be shown.", error);
    }
  }

  private listKey(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const index = this.change ? this.changes.indexOf(this.change) : -1;
    const next = event.key === "Home" ? this.changes[0] : event.key === "End" ? this.changes.at(-1) : step ? this.changes[index + step] : undefined;
    if (next) {
      event.preventDefault();
      this.show(next.to);
    }
  }

  private async restore(): Promise<void> {
    try {
      await restore(this.path, this.at);
      toast("The file is as it was then. A newer version can be restored in the same way.");
      await this.load();
      if (this.element.isConnected) {
        this.list.focus();
        this.alone.checked = false;
        this.show(this.newest);
      }
    } catch (error) {
      fail("The version was not restored.", error);
    }
  }

  private async revert(): Promise<void> {
    const change = this.change;
    if (!change) {
      return;
    }
    try {
      await revert(this.path, change);
      toast("The change is taken back. What followed stays.");
      await this.load();
      this.list.focus();
    } catch (error) {
      fail("The change was not taken back.", error);
    }
  }
}
