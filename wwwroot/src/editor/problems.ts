// The problems of the open files.
import { workspaceId } from "../shell/api";
import { byId, h, icon } from "../shell/dom";
import { setCount } from "../shell/frame";
import { shown } from "../shell/names";
import { setStatus } from "../shell/status";
import type { Editors } from "./editors";
import type { Monaco } from "./monaco";

/** The panel and the count in the status bar, from Monaco's markers. */
export function drawProblems(monaco: Monaco, editors: Editors): void {
  const markers = monaco.editor.getModelMarkers({}).filter((marker) => marker.severity >= 4 && marker.resource.scheme === "codex");
  const errors = markers.filter((marker) => marker.severity === 8).length;
  setCount("problems", markers.length);
  setStatus("problems", { text: `${errors} errors, ${markers.length - errors} warnings`, icon: errors ? "error" : "warning", command: "view.problems" });
  const prefix = `/${workspaceId}/`;
  byId("panel-problems").replaceChildren(...(markers.length === 0 ? [h("div", { class: "empty" }, icon("passed"), h("p", {}, "No problems in the open files."))] : markers.map((marker) => {
    const path = editors.pathOf(marker.resource.toString()) ?? marker.resource.path.slice(prefix.length);
    return h("button", { type: "button", class: "problem-row", onclick: () => void editors.open(path, { place: { line: marker.startLineNumber, column: marker.startColumn } }) },
      icon(marker.severity === 8 ? "error" : "warning", marker.severity === 8 ? "is-failed" : "is-warning"), h("span", {}, marker.message), h("span", { class: "muted" }, `${shown(path)}:${marker.startLineNumber}`));
  })));
}
