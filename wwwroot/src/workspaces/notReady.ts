// Instead of the IDE: a workspace that is still being imported, whose import failed, or that is not there.
import { ApiError, getJson, workspaceUrl } from "../shell/api";
import { byId, h, icon } from "../shell/dom";
import { remove, retry, type WorkspaceView } from "./workspaceList";

const askEvery = 1000;

function page(...content: (Node | null)[]): void {
  byId("ide").hidden = true;
  document.querySelector(".not-ready")?.remove();
  byId("ide").after(h("main", { class: "not-ready empty", "data-enhance-nav": "false" }, ...content));
}

const back = (primary: boolean) => h("a", { class: `button${primary ? " primary" : ""}`, href: "/" }, "All workspaces");

export function showMissing(error: unknown): void {
  const gone = error instanceof ApiError && error.status === 404;
  page(icon("warning"), h("h1", {}, gone ? "This workspace is not here" : "The workspace could not be opened"), h("p", {}, error instanceof Error ? error.message : String(error)),
    h("div", { class: "not-ready-actions" }, gone ? null : h("button", { type: "button", class: "button", onclick: () => location.reload() }, "Try again"), back(true)));
}

/** Shows what is going on until the files are there; then the page is loaded anew. */
export function showImport(workspace: WorkspaceView): void {
  const home = async () => location.assign("/");
  if (workspace.state === "importFailed") {
    page(icon("failed", "is-failed"), h("h1", {}, "The import failed"), h("p", {}, workspace.reason ?? "The server did not say why."), h("p", { class: "muted" }, workspace.gitUrl ?? ""),
      h("div", { class: "not-ready-actions" }, h("button", { type: "button", class: "button primary", onclick: () => void retry(workspace, watch) }, "Try again"),
        h("button", { type: "button", class: "button", onclick: () => void remove(workspace, home) }, "Delete the workspace"), back(false)));
    return;
  }
  page(h("span", { class: "spinner large", "aria-hidden": "true" }), h("h1", { role: "status" }, `Importing ${workspace.name}`), h("p", { class: "muted" }, workspace.gitUrl ?? ""),
    h("div", { class: "not-ready-actions" }, h("button", { type: "button", class: "button", onclick: () => void remove(workspace, home) }, "Cancel"), back(false)));
  window.setTimeout(() => void watch(), askEvery);
}

async function watch(): Promise<void> {
  try {
    const now = await getJson<WorkspaceView>(workspaceUrl(""));
    if (now.state === "ready") {
      location.reload();
    } else if (now.state === "importFailed") {
      showImport(now);
    } else {
      if (document.querySelector(".not-ready .spinner") === null) {
        showImport(now);
        return;
      }
      window.setTimeout(() => void watch(), askEvery);
    }
  } catch (error) {
    if (error instanceof ApiError && error.status === 0) {
      window.setTimeout(() => void watch(), 3 * askEvery);
    } else {
      showMissing(error);
    }
  }
}
