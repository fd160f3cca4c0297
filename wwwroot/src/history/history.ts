// What became of a document, as the server tells it.
import { encodePath, getJson, postJson, workspaceUrl } from "../shell/api";
import type { Actor } from "../documents/protocol";

/** Edits of one actor in a row: from the revision after the first to the one after the last. */
export interface Change {
  from: number;
  to: number;
  actor: Actor;
  startedAt: string;
  endedAt: string;
  inserted: number;
  deleted: number;
  edits: number;
}

export interface Timeline {
  revision: number;
  /** The oldest revision whose text can be shown. */
  oldest: number;
  changes: Change[];
  nextBefore: number | null;
}

export interface BlamedLines {
  from: number;
  to: number;
  actor: Actor | null;
  at: string | null;
  revision: number;
}

const url = (kind: "history" | "blame", path: string, query = "") => workspaceUrl(`/${kind}/${encodePath(path)}${query}`);

export const timeline = (path: string, before?: number): Promise<Timeline> => getJson(url("history", path, before === undefined ? "" : `?before=${before}`));
export const textAt = async (path: string, revision: number): Promise<string> => (await getJson<{ text: string }>(url("history", path, `?revision=${revision}`))).text;
export const restore = (path: string, revision: number): Promise<unknown> => postJson(url("history", path), { restore: revision });
export const revert = (path: string, change: Change): Promise<unknown> => postJson(url("history", path), { revert: { from: change.from, to: change.to } });
export const blame = async (path: string): Promise<BlamedLines[]> => (await getJson<{ lines: BlamedLines[] }>(url("blame", path))).lines;
