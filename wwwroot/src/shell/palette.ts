// Quick open and the command palette: one list, drawn only as far as it shows.
import { all } from "./commands";
import { fileIcon, folderOf, h, nameOf } from "./dom";
import { shown } from "./names";
import { fuzzy } from "./fuzzy";
import { overlay } from "./overlays";

interface Entry {
  label: string;
  detail?: string;
  key?: string;
  at: number[];
  icon?: () => Node;
  run: () => void;
}

export interface PaletteSources {
  files: () => Promise<string[]>;
  recent: () => string[];
  open: (path: string, line?: number) => void;
}

let isOpen = false;

export function openPalette(sources: PaletteSources, initial: string): void {
  if (isOpen) {
    return;
  }
  isOpen = true;
  const input = h("input", { type: "text", role: "combobox", "aria-expanded": "true", "aria-controls": "palette-list", "aria-label": "Go to a file, or > for commands", placeholder: "Go to a file. Type > for commands, : for a line", spellcheck: "false", autocomplete: "off" });
  const list = h("div", { class: "palette-list", id: "palette-list", role: "listbox", "aria-label": "Matches" });
  const content = h("div", { class: "palette", role: "dialog", "aria-label": "Palette" }, input, list);
  const close = overlay(content, { light: true, closed: () => (isOpen = false) });
  let entries: Entry[] = [];
  let chosen = 0;
  let files: string[] = [];

  const draw = () => {
    chosen = Math.max(0, Math.min(chosen, entries.length - 1));
    list.replaceChildren(...(entries.length === 0 ? [h("div", { class: "palette-empty" }, "Nothing matches")] : entries.map((entry, index) =>
      h("div", { class: "palette-row", role: "option", id: `palette-${index}`, "aria-selected": String(index === chosen), onclick: () => pick(index) },
        entry.icon?.(), h("span", {}, ...marked(entry.label, entry.at)), entry.detail !== undefined ? h("small", {}, entry.detail) : null, entry.key ? h("kbd", {}, entry.key) : null))));
    input.setAttribute("aria-activedescendant", entries.length ? `palette-${chosen}` : "");
    list.children[chosen]?.scrollIntoView({ block: "nearest" });
  };
  const pick = (index: number) => {
    const entry = entries[index];
    close();
    entry?.run();
  };
  const search = () => {
    const text = input.value;
    if (text.startsWith(">")) {
      entries = rank(all(), text.slice(1).trim(), (command) => command.title)
        .map(({ item, at }) => ({ label: item.title, at, key: item.key, run: () => void item.run() }));
    } else if (text.startsWith(":")) {
      const line = Number.parseInt(text.slice(1), 10);
      entries = Number.isFinite(line) ? [{ label: `Go to line ${line}`, at: [], run: () => sources.open("", line) }] : [];
    } else {
      const recent = sources.recent();
      const ordered = text === "" ? [...recent, ...files.filter((file) => !recent.includes(file))].slice(0, 50) : files;
      const [query, line] = splitLine(text);
      entries = rank(ordered, query, (file) => file).map(({ item, at }) => ({
        label: nameOf(item), detail: shown(folderOf(item)), at: at.map((index) => index - (item.length - nameOf(item).length)).filter((index) => index >= 0),
        icon: () => fileIcon(item), run: () => sources.open(item, line),
      }));
    }
    chosen = 0;
    draw();
  };
  input.addEventListener("input", search);
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 }[event.key];
    if (step) {
      event.preventDefault();
      chosen = Math.abs(step) === 1 ? (chosen + step + entries.length) % Math.max(1, entries.length) : chosen + step;
      draw();
    } else if (event.key === "Enter") {
      event.preventDefault();
      pick(chosen);
    }
  });
  input.value = initial;
  input.focus();
  search();
  void sources.files().then((found) => {
    files = found;
    if (!input.value.startsWith(">")) {
      search();
    }
  });
}

function splitLine(text: string): [string, number | undefined] {
  const match = /^(.*):(\d+)$/.exec(text);
  return match ? [match[1]!, Number(match[2])] : [text, undefined];
}

/** The best 50. */
function rank<T>(items: T[], query: string, textOf: (item: T) => string): { item: T; at: number[]; score: number }[] {
  const found: { item: T; at: number[]; score: number }[] = [];
  for (const item of items) {
    const match = fuzzy(query, textOf(item));
    if (match) {
      found.push({ item, ...match });
    }
  }
  if (query !== "") {
    found.sort((a, b) => b.score - a.score);
  }
  return found.slice(0, 50);
}

function marked(text: string, at: number[]): Node[] {
  const hits = new Set(at);
  const nodes: Node[] = [];
  for (let index = 0; index < text.length; ) {
    const hit = hits.has(index);
    let end = index;
    while (end < text.length && hits.has(end) === hit) {
      end++;
    }
    nodes.push(hit ? h("mark", {}, shown(text.slice(index, end))) : document.createTextNode(shown(text.slice(index, end))));
    index = end;
  }
  return nodes;
}
