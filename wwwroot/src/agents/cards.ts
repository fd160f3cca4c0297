// What stands below the timeline: how it ended, what waits for a person, the changes to review. Drawn from state alone; what a button does is told by the panel.
import { duration, h, icon } from "../shell/dom";
import { diffView, prose } from "./rows";
import { outcomeTitle, stateClass, stateIcon, type AgentTask, type Approval, type Hunk, type TestFigures } from "./task";

const button = (label: string, run: () => void, attributes: Record<string, unknown> = {}, ...before: Node[]) =>
  h("button", { type: "button", class: "button", onclick: run, ...attributes }, ...before, label);

export interface OutcomeActions {
  acceptAll: () => void;
  review: () => void;
  undo: () => void;
  resume: () => void;
}

const figures = (title: string, value: TestFigures) => h("span", { class: `figure ${value.failed ? "is-failed" : "is-passed"}` },
  icon(value.failed ? "failed" : "passed"), `${title}: ${value.failed ? `${value.failed} failed` : `${value.passed} passed`}`);

export function outcomeCard(task: AgentTask, hunks: Hunk[] | null, reviewing: boolean, actions: OutcomeActions): HTMLElement {
  const proof = task.outcome?.proof;
  const pending = hunks?.filter((hunk) => hunk.state === "pending").length ?? 0;
  const standing = hunks?.some((hunk) => hunk.state !== "rejected") ?? false;
  const words = task.error ?? (task.state === "cancelled" ? "It was cancelled. What it did so far is below and can be taken back." : task.outcome?.summary ?? "");
  const taken = task.usage ? `${duration(task.usage.seconds * 1000)}${task.usage.tokensIn + task.usage.tokensOut ? ` · ${(task.usage.tokensIn + task.usage.tokensOut).toLocaleString("en")} tokens` : ""}` : "";
  const rows: Node[] = [
    h("h3", {}, icon(stateIcon(task), stateClass(task)), outcomeTitle(task), h("span", { class: "grow" }), h("span", { class: "muted taken" }, taken)),
  ];
  if (proof) {
    rows.push(h("div", { class: "proof" }, figures("Before", proof.before), h("span", { class: "muted" }, "→"), figures("After", proof.after)));
  }
  rows.push(h("div", { class: "text" }, ...prose(words)));
  const buttons: Node[] = [];
  if (hunks && hunks.length > 0) {
    const which = `Review ${hunks.length} ${hunks.length === 1 ? "change" : "changes"}`;
    buttons.push(...(pending ? [button("Accept", actions.acceptAll, { class: "button primary" })] : []), button(which, actions.review, { "aria-expanded": String(reviewing) }),
      ...(standing ? [button("Undo", actions.undo, {}, icon("undo"))] : []));
    if (!pending) {
      buttons.push(h("span", { class: "muted" }, standing ? "Everything is reviewed." : "Everything is taken back."));
    }
  }
  if (task.state === "failed" || task.state === "cancelled") {
    buttons.push(button("Try again", actions.resume, {}, icon("refresh")));
  }
  if (buttons.length) {
    rows.push(h("div", { class: "actions" }, ...buttons));
  }
  return h("div", { class: "agent-card outcome" }, ...rows);
}

export interface HunkActions {
  open: (path: string) => void;
  accept: (hunk: Hunk) => void;
  reject: (hunk: Hunk) => void;
}

export function hunkCard(hunk: Hunk, actions: HunkActions): HTMLElement {
  const decided = hunk.state === "accepted" ? h("span", { class: "is-passed state" }, icon("passed"), "Accepted") : hunk.state === "rejected" ? h("span", { class: "is-failed state" }, icon("undo"), "Taken back") : null;
  return h("div", { class: `hunk-card ${hunk.state}`, "data-hunk": hunk.id, role: "group", "aria-label": `Change in ${hunk.path}` },
    h("header", {}, h("button", { type: "button", class: "frame", title: `Open ${hunk.path}`, onclick: () => actions.open(hunk.path) }, h("b", {}, hunk.path)), h("span", { class: "decide" }, decided,
      hunk.state === "pending" ? button("Accept", () => actions.accept(hunk), { class: "button small", "aria-label": `Accept this change in ${hunk.path}` }) : null,
      hunk.state !== "rejected" ? button("Reject", () => actions.reject(hunk), { class: "button small danger", "aria-label": `Reject this change in ${hunk.path}` }) : null)),
    diffView([hunk.header, ...hunk.lines]));
}

export function approvalCard(approval: Approval, decide: (decision: "allow" | "deny", always: boolean) => void): HTMLElement {
  return h("div", { class: "agent-card approval", role: "group", "aria-label": "Approval", "data-approval": approval.id }, h("h3", {}, icon("approve", "is-warning"), "May the agent do this?"),
    h("pre", { class: "output", tabindex: "0" }, approval.action), h("p", { class: "muted" }, `Risk: ${approval.risk}.${approval.reason ? ` ${approval.reason}` : ""}`),
    h("div", { class: "actions" }, button("Approve", () => decide("allow", false), { class: "button primary" }), button("Deny", () => decide("deny", false)),
      approval.always ? button("Always", () => decide("allow", true), { title: approval.always }) : null),
    approval.always ? h("p", { class: "muted" }, `Always: ${approval.always}`) : null);
}

/** Waits for somebody to have it go on: interrupted by a restart, or paused by a person. */
export function waitingCard(task: AgentTask, resume: () => void): HTMLElement {
  const paused = task.state === "paused";
  return h("div", { class: "agent-card approval" }, h("h3", {}, icon(paused ? "clock" : "warning", paused ? "muted" : "is-warning"), paused ? "Paused" : "Interrupted"),
    h("p", { class: "muted" }, paused ? "It ends the step that it is at and then waits." : task.error ?? "The server was restarted while the task ran. Nothing that it did is lost."),
    h("div", { class: "actions" }, button("Resume", resume, { class: "button primary" })));
}

export const otherTaskCard = (task: AgentTask, show: () => void): HTMLElement =>
  h("div", { class: "agent-card other" }, h("p", {}, icon("agent", "agent-tint"), ` Another task is at work here: ${task.title}`), h("div", { class: "actions" }, button("Show it", show)));
