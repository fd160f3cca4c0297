// What the status bar says of the workspace's surroundings: its branch, and whether anything can run.
import { getJson, workspaceUrl } from "../shell/api";
import { setStatus } from "../shell/status";

/** Git runs in a sandbox, so it is asked only when the page is opened or looked at again. */
export async function gitBranch(): Promise<void> {
  try {
    const status = await getJson<{ branch?: string | null }>(workspaceUrl("/git/status"));
    setStatus("branch", status.branch ? { text: status.branch, icon: "git" } : null);
  } catch {
    setStatus("branch", null);
  }
}

export async function sandbox(): Promise<void> {
  try {
    const ready = (await (await fetch("/readyz")).json()) as { checks?: { name: string; status: string; detail?: string }[] };
    const check = ready.checks?.find((item) => item.name.toLowerCase().includes("sandbox"));
    if (check) {
      const well = check.status === "ready" || check.status === "healthy" || check.status === "ok";
      setStatus("sandbox", { text: well ? "Sandbox ready" : "No sandbox", icon: well ? undefined : "warning", title: check.detail, className: well ? "" : "is-warning" });
    }
  } catch {
    setStatus("sandbox", null);
  }
}
