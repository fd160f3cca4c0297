// What was open in this workspace, and what was looked at last; kept in this browser.
import { workspaceId } from "../shell/api";
import { remember, remembered } from "../shell/dom";
import type { Group } from "./group";

const mostGroups = 3;
const mostRecent = 30;

export interface KeptGroup {
  paths: string[];
  active: string | null;
}

export const keptGroups = (): KeptGroup[] => remembered<KeptGroup[]>(`tabs.${workspaceId}`, []).slice(0, mostGroups);

export const keepGroups = (groups: readonly Group[]): void =>
  remember(`tabs.${workspaceId}`, groups.map((group) => ({ paths: group.tabs.map((tab) => tab.path), active: group.active?.path ?? null })));

/** Paths, the latest first. */
export class RecentFiles {
  paths: string[] = remembered<string[]>(`recent.${workspaceId}`, []);

  add(path: string): void {
    this.paths = [path, ...this.paths.filter((one) => one !== path)].slice(0, mostRecent);
    remember(`recent.${workspaceId}`, this.paths);
  }

  move(from: string, to: string): void {
    this.paths = this.paths.map((one) => (one === from ? to : one));
    remember(`recent.${workspaceId}`, this.paths);
  }
}
