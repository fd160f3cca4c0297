// The static pages: theme switch, new workspace, relative times, live badges.
import { startPhone } from "./phone/live";
import { ApiError, getJson, postJson, send } from "./shell/api";
import { ago, h } from "./shell/dom";
import { currentTheme, setTheme } from "./shell/theme";

document.addEventListener("click", (event) => {
  const button = (event.target as Element).closest<HTMLElement>("[data-action=theme]");
  if (button) {
    setTheme(currentTheme() === "dark" ? "light" : "dark");
  }
});

function times(): void {
  for (const element of document.querySelectorAll<HTMLTimeElement>("time[data-ago]")) {
    element.textContent = ago(element.dateTime);
    element.title = new Date(element.dateTime).toLocaleString();
  }
}

/** The form that makes a workspace: from a template, an archive or a repository. */
function newWorkspace(form: HTMLFormElement): void {
  if (form.dataset.wired) {
    return;
  }
  form.dataset.wired = "yes";
  const message = form.querySelector<HTMLElement>("[data-message]")!;
  const drop = form.querySelector<HTMLElement>(".drop")!;
  const file = form.querySelector<HTMLInputElement>("input[type=file]")!;
  const tabs = [...form.querySelectorAll<HTMLElement>("[role=tab]")];
  let source = "template";
  let archive: File | null = null;

  const choose = (name: string) => {
    source = name;
    for (const tab of tabs) {
      const on = tab.dataset.source === name;
      tab.setAttribute("aria-selected", String(on));
      tab.tabIndex = on ? 0 : -1;
    }
    form.querySelectorAll<HTMLElement>("[data-for]").forEach((part) => (part.hidden = part.dataset.for !== name));
  };
  tabs.forEach((tab, index) => {
    tab.addEventListener("click", () => choose(tab.dataset.source!));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: tabs.length - 1 }[event.key];
      if (step) {
        const next = tabs[(index + step) % tabs.length]!;
        choose(next.dataset.source!);
        next.focus();
      }
    });
  });
  const take = (chosen: File | null | undefined) => {
    if (!chosen) {
      return;
    }
    archive = chosen;
    drop.querySelector("[data-file]")!.textContent = `${chosen.name}, ${Math.ceil(chosen.size / 1024).toLocaleString("en")} KB`;
    const name = form.elements.namedItem("name") as HTMLInputElement;
    name.value ||= chosen.name.replace(/\.(tar\.gz|tgz|tar|zip)$/i, "");
  };
  file.addEventListener("change", () => take(file.files?.[0]));
  drop.addEventListener("dragover", (event) => (event.preventDefault(), drop.classList.add("over")));
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    take(event.dataTransfer?.files[0]);
  });

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const value = (name: string) => String(new FormData(form).get(name) ?? "").trim();
    const button = form.querySelector<HTMLButtonElement>("button[type=submit]")!;
    const template = value("template") || "sample-debug";
    const url = value("url");
    const name = value("name") || (source === "template" ? template : source === "git" ? url.replace(/\.git$/, "").split("/").pop() || "repository" : "workspace");
    if (source === "archive" && !archive) {
      message.textContent = "Choose an archive first.";
      return;
    }
    button.disabled = true;
    message.className = "muted";
    message.textContent = source === "archive" ? "Uploading" : "Creating";
    let made: { id: string } | undefined;
    try {
      const git = { url, ...(value("ref") ? { ref: value("ref") } : {}), ...(value("credential") ? { credential: value("credential") } : {}) };
      made = await postJson<{ id: string }>("/api/v1/workspaces", { name, source: source === "git" ? { git } : { template: source === "archive" ? "empty" : template } });
      if (source === "archive") {
        await send("PUT", `/api/v1/workspaces/${made.id}/archive`, archive!);
      }
      location.assign(`/w/${made.id}`);
    } catch (error) {
      if (made) {
        await send("DELETE", `/api/v1/workspaces/${made.id}`).catch(() => undefined);
      }
      message.className = "error-text";
      message.textContent = `${error instanceof Error ? error.message : String(error)}${error instanceof ApiError && error.id ? ` (${error.id})` : ""}`;
      button.disabled = false;
    }
  });
}

async function workspaces(list: HTMLElement): Promise<void> {
  const waiting = window.setTimeout(() => list.replaceChildren(...[1, 2, 3].map(() => h("li", { class: "skeleton", style: "height:76px" }))), 300);
  try {
    const phone = list.dataset.phone !== undefined;
    const answer = await getJson<{ items: { id: string; name: string; createdAt: string; role: string; state?: string; template?: string; gitUrl?: string }[] }>("/api/v1/workspaces?limit=200");
    window.clearTimeout(waiting);
    list.replaceChildren(...answer.items.map((item) => h("li", {}, h("a", { class: "card-link", href: phone ? `/m?workspace=${item.id}` : `/w/${item.id}`, "data-enhance-nav": "false" },
      h("b", {}, item.name), h("span", { class: "muted" }, item.gitUrl ?? (item.template ? `From ${item.template}` : "Empty"), item.state === "importing" ? " · importing" : item.state === "failed" ? " · import failed" : ""),
      h("span", { class: "muted" }, `${item.role} · created ${ago(item.createdAt)}`)))));
    document.querySelectorAll<HTMLElement>("[data-when-empty]").forEach((part) => (part.hidden = answer.items.length > 0));
  } catch (error) {
    window.clearTimeout(waiting);
    list.replaceChildren(h("li", { class: "notice failed" }, error instanceof Error ? error.message : String(error)));
  }
}

async function approvals(badge: HTMLElement): Promise<void> {
  try {
    const answer = await getJson<{ items: { pendingApprovals?: unknown[] }[] }>("/api/v1/tasks?state=waitingForApproval&limit=50");
    const count = answer.items.reduce((sum, task) => sum + (task.pendingApprovals?.length ?? 1), 0);
    badge.textContent = String(count);
    badge.hidden = count === 0;
    badge.setAttribute("aria-label", `${count} waiting`);
  } catch {
    badge.hidden = true;
  }
}

function start(): void {
  times();
  startPhone();
  document.querySelectorAll<HTMLFormElement>("form[data-new-workspace]").forEach(newWorkspace);
  document.querySelectorAll<HTMLElement>("[data-workspaces]").forEach((list) => void workspaces(list));
  document.querySelectorAll<HTMLElement>("[data-live=approvals]").forEach((badge) => void approvals(badge));
}

start();
window.setInterval(times, 5000);
window.setInterval(() => document.querySelectorAll<HTMLElement>("[data-live=approvals]").forEach((badge) => void approvals(badge)), 15000);
// Enhanced navigation swaps the page's content without running scripts again.
const blazor = () => (window as unknown as { Blazor?: { addEventListener(name: string, listener: () => void): void } }).Blazor;
window.addEventListener("load", () => blazor()?.addEventListener("enhancedload", start), { once: true });
