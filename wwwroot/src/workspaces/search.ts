// Search in files: results grouped by file, the newest query wins.
import { getJson, workspaceUrl } from "../shell/api";
import { byId, fileIcon, h, nameOf } from "../shell/dom";
import { shown } from "../shell/names";

interface Hit {
  path: string;
  line: number;
  column: number;
  preview: string;
}

export function startSearch(open: (path: string, line: number, column: number) => void): void {
  const form = byId<HTMLFormElement>("search-form");
  const query = byId<HTMLInputElement>("search-query");
  const regex = byId<HTMLInputElement>("search-regex");
  const glob = byId<HTMLInputElement>("search-glob");
  const results = byId("search-results");
  let running: AbortController | undefined;
  let timer = 0;

  const search = async () => {
    running?.abort();
    const text = query.value;
    if (text === "") {
      results.replaceChildren();
      return;
    }
    running = new AbortController();
    const waiting = window.setTimeout(() => results.replaceChildren(h("p", { class: "search-note" }, "Searching…")), 300);
    try {
      const answer = await getJson<{ items?: Hit[]; matches?: Hit[]; truncated?: boolean }>(
        workspaceUrl(`/search?q=${encodeURIComponent(text)}&regex=${regex.checked}${glob.value ? `&glob=${encodeURIComponent(glob.value)}` : ""}`), { signal: running.signal });
      window.clearTimeout(waiting);
      draw(answer.matches ?? answer.items ?? [], text);
    } catch (error) {
      window.clearTimeout(waiting);
      if (!(error instanceof DOMException)) {
        results.replaceChildren(h("p", { class: "search-note error-text" }, error instanceof Error ? error.message : String(error)));
      }
    }
  };
  const draw = (hits: Hit[], text: string) => {
    const files = Map.groupBy(hits, (hit) => hit.path);
    results.replaceChildren(h("p", { class: "search-note" }, hits.length === 0 ? "No matches." : `${hits.length} matches in ${files.size} files`),
      ...[...files].flatMap(([path, list]) => [
        h("div", { class: "search-file", title: shown(path) }, fileIcon(path), shown(nameOf(path)), h("span", { class: "muted" }, ` ${shown(path.slice(0, -nameOf(path).length))}`)),
        ...list.map((hit) => h("button", { type: "button", class: "search-hit", title: `${shown(hit.path)}:${hit.line}`, onclick: () => open(hit.path, hit.line, hit.column) }, ...marked(hit.preview.trimStart(), text))),
      ]));
  };
  form.addEventListener("submit", (event) => (event.preventDefault(), void search()));
  form.addEventListener("input", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void search(), 250);
  });
}

function marked(preview: string, text: string): (string | Node)[] {
  const at = preview.toLowerCase().indexOf(text.toLowerCase());
  return at < 0 ? [preview] : [preview.slice(0, at), h("mark", {}, preview.slice(at, at + text.length)), preview.slice(at + text.length)] as (string | Node)[];
}
