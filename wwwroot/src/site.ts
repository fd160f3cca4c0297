// The static pages: theme switch, new workspace, relative times, live badges.
import { startPhone } from "./phone/live";
import { getJson } from "./shell/api";
import { ago } from "./shell/dom";
import { currentTheme, setTheme } from "./shell/theme";
import { newWorkspace } from "./workspaces/newWorkspace";
import { listWorkspaces } from "./workspaces/workspaceList";

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
  document.querySelectorAll<HTMLElement>("[data-workspaces]").forEach((list) => listWorkspaces(list));
  document.querySelectorAll<HTMLElement>("[data-live=approvals]").forEach((badge) => void approvals(badge));
}

start();
window.setInterval(times, 1000);
window.setInterval(() => document.querySelectorAll<HTMLElement>("[data-live=approvals]").forEach((badge) => void approvals(badge)), 15000);
// Enhanced navigation swaps the page's content without running scripts again.
const blazor = () => (window as unknown as { Blazor?: { addEventListener(name: string, listener: () => void): void } }).Blazor;
window.addEventListener("load", () => blazor()?.addEventListener("enhancedload", start), { once: true });
