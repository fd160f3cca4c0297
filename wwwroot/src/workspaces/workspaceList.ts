// The list of workspaces: what state each is in, and what can be done about it. An import that runs is watched.
import { getJson, postJson, send } from "../shell/api";
import { ago, h, icon, iconButton } from "../shell/dom";
import { choose, confirm, menu } from "../shell/overlays";

export interface WorkspaceView {
  id: string;
  name: string;
  createdAt: string;
  role: string;
  state: "ready" | "importing" | "importFailed";
  reason?: string | null;
  template?: string | null;
  gitUrl?: string | null;
}

const watchEvery = 1500;
const mayChange = new Set(["owner", "maintainer"]);

export function listWorkspaces(list: HTMLElement): void {
  if (list.dataset.wired) {
    return;
  }
  list.dataset.wired = "yes";
  const phone = list.dataset.phone !== undefined;
  const waiting = window.setTimeout(() => list.replaceChildren(...[1, 2, 3].map(() => h("li", { class: "skeleton", style: "height:76px", "aria-label": "Loading" }))), 300);
  let timer = 0;

  const load = async (): Promise<void> => {
    window.clearTimeout(timer);
    try {
      const { items } = await getJson<{ items: WorkspaceView[] }>("/api/v1/workspaces?limit=200");
      window.clearTimeout(waiting);
      list.replaceChildren(...items.map((item) => h("li", { class: "workspace-card" }, phone ? phoneCard(item) : card(item, load))));
      document.querySelectorAll<HTMLElement>("[data-when-empty]").forEach((part) => (part.hidden = items.length > 0));
      if (items.some((item) => item.state === "importing") && list.isConnected) {
        timer = window.setTimeout(() => void load(), watchEvery);
      }
    } catch (error) {
      window.clearTimeout(waiting);
      list.replaceChildren(h("li", { class: "notice failed" }, h("span", {}, error instanceof Error ? error.message : String(error)),
        h("button", { type: "button", class: "button small", onclick: () => void load() }, "Try again")));
    }
  };
  void load();
}

const origin = (item: WorkspaceView) => item.gitUrl ?? (item.template && item.template !== "empty" ? `From the template ${item.template}` : "Made from files");
const facts = (item: WorkspaceView) => h("span", { class: "muted" }, `${item.role} · created `, h("time", { datetime: item.createdAt, "data-ago": true, title: new Date(item.createdAt).toLocaleString() }, ago(item.createdAt)));

function state(item: WorkspaceView): HTMLElement | null {
  switch (item.state) {
    case "importing": return h("span", { class: "workspace-state" }, h("span", { class: "spinner", "aria-hidden": "true" }), "Importing");
    case "importFailed": return h("span", { class: "workspace-state is-failed" }, icon("failed"), "Import failed");
    default: return null;
  }
}

const phoneCard = (item: WorkspaceView) =>
  h("a", { class: "card-link", href: `/m?workspace=${item.id}`, "data-enhance-nav": "false" }, h("b", {}, item.name), h("span", { class: "muted" }, origin(item)), state(item), facts(item));

function card(item: WorkspaceView, again: () => Promise<void>): HTMLElement[] {
  const body = [h("b", {}, item.name), h("span", { class: "muted line", title: origin(item) }, origin(item)), state(item), item.reason ? h("span", { class: "reason" }, item.reason) : null, facts(item)];
  const failed = item.state === "importFailed";
  const main = failed ? h("div", { class: "card-link" }, ...body) : h("a", { class: "card-link", href: `/w/${item.id}`, "data-enhance-nav": "false" }, ...body);
  if (!mayChange.has(item.role)) {
    return [main];
  }
  const parts = [main, iconButton("more", `More for ${item.name}`, (event) => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    menu(box.right - 160, box.bottom + 4, [
      { label: "Rename", run: () => void rename(item, again) },
      { label: item.state === "importing" ? "Cancel the import" : "Delete", run: () => void remove(item, again) },
    ]);
  })];
  if (failed) {
    parts[0]!.append(h("span", { class: "workspace-actions" },
      h("button", { type: "button", class: "button small", onclick: () => void retry(item, again) }, "Try again"),
      h("button", { type: "button", class: "button small", onclick: () => void remove(item, again) }, "Delete")));
  }
  return parts;
}

/** Says it where the person is looking: this page has no toasts. */
async function tell(what: string, error: unknown): Promise<void> {
  await choose(what, error instanceof Error ? error.message : String(error), { understood: "OK" });
}

export async function retry(item: WorkspaceView, again: () => Promise<void>): Promise<void> {
  try {
    await postJson(`/api/v1/workspaces/${item.id}/import`);
  } catch (error) {
    await tell("The import could not be started.", error);
  }
  await again();
}

export async function remove(item: WorkspaceView, again: () => Promise<void>): Promise<void> {
  const importing = item.state === "importing";
  const sure = importing || (await confirm(`Delete ${item.name}?`, "The workspace, its files and its history will be gone for good.", "Delete"));
  if (!sure) {
    return;
  }
  try {
    await send("DELETE", `/api/v1/workspaces/${item.id}`);
  } catch (error) {
    await tell(`Could not delete ${item.name}.`, error);
  }
  await again();
}

async function rename(item: WorkspaceView, again: () => Promise<void>): Promise<void> {
  const input = h("input", { type: "text", "aria-label": "New name", maxlength: 100, value: item.name, autocomplete: "off" });
  const asked = choose(`Rename ${item.name}`, "A name of 1 to 100 characters.", { rename: "Rename" });
  document.querySelector(".dialog .actions")?.before(input);
  input.addEventListener("keydown", (event) => event.key === "Enter" && document.querySelector<HTMLElement>(".dialog .primary")?.click());
  input.select();
  input.focus();
  if ((await asked) !== "rename" || input.value.trim() === "" || input.value === item.name) {
    return;
  }
  try {
    await send("PATCH", `/api/v1/workspaces/${item.id}`, { name: input.value });
  } catch (error) {
    await tell(`Could not rename ${item.name}.`, error);
  }
  await again();
}
