// A task, its items and its events as the API answers them.
import type { TestRun } from "../executions/testRun";

export interface Approval {
  id: string;
  itemId: string;
  action: string;
  actionHash: string;
  risk: string;
  expiresAt: string;
  reason?: string;
  always?: string;
}

export interface TestFigures {
  total: number;
  passed: number;
  failed: number;
}

export interface AgentTask {
  id: string;
  workspace: string;
  kind: string;
  state: "queued" | "running" | "waitingForApproval" | "paused" | "interrupted" | "completed" | "failed" | "cancelled";
  title: string;
  mode?: string;
  model?: string;
  createdAt: string;
  updatedAt: string;
  outcome?: { kind: string; summary: string; proof?: { before: TestFigures; after: TestFigures } } | null;
  error?: string | null;
  now?: string | null;
  pendingApprovals?: Approval[];
  lastEvent?: number;
  usage?: { tokensIn: number; tokensOut: number; cost: number; seconds: number };
}

export interface Item {
  id: string;
  type: "userMessage" | "agentMessage" | "plan" | "reasoning" | "commandExecution" | "fileChange" | "testRun" | "approval" | "contextCompaction";
  status: string;
  startedAt?: string;
  completedAt?: string;
  text?: string;
  tool?: string;
  /** What the command is for, in a few words. */
  purpose?: string;
  command?: string[];
  output?: string;
  exitCode?: number;
  testRun?: TestRun;
  path?: string;
  change?: string;
  diff?: string;
  added?: number;
  removed?: number;
  steps?: { text: string; status: string }[];
  approval?: Approval;
  decision?: string;
  summary?: string;
}

export interface Hunk {
  id: string;
  path: string;
  header: string;
  lines: string[];
  state: string;
}

const warned = ["notFixed", "partly", "budgetSpent"];

export const isOver = (task: AgentTask) => task.state === "completed" || task.state === "failed" || task.state === "cancelled";

export const stateIcon = (task: AgentTask) => task.state === "completed" ? (warned.includes(task.outcome?.kind ?? "") ? "warning" : "passed")
  : { failed: "failed", cancelled: "skipped", waitingForApproval: "approve", paused: "clock", interrupted: "warning", queued: "clock" }[task.state as string] ?? "agent";

export const stateClass = (task: AgentTask) => task.state === "completed" ? (warned.includes(task.outcome?.kind ?? "") ? "is-warning" : "is-passed")
  : { failed: "is-failed", cancelled: "muted", waitingForApproval: "is-warning", paused: "muted", interrupted: "is-warning", queued: "muted" }[task.state as string] ?? "agent-tint";

export const stateWords: Record<string, string> = {
  queued: "Waiting to start", running: "Running", waitingForApproval: "Waiting for your approval", paused: "Paused", interrupted: "Interrupted", completed: "Finished", failed: "Stopped by an error", cancelled: "Cancelled",
};

const outcomeWords: Record<string, string> = { fixed: "Fixed", partly: "Partly fixed", notFixed: "Not fixed", changed: "Changed", answered: "Answered", budgetSpent: "The budget is spent" };

export function outcomeTitle(task: AgentTask): string {
  if (task.state !== "completed") {
    return stateWords[task.state]!;
  }
  return task.kind === "fix" && task.outcome?.kind === "answered" ? "Nothing to fix" : outcomeWords[task.outcome?.kind ?? ""] ?? "Finished";
}
