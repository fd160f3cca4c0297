// What happens to open files behind the editor's back: changed, deleted or made again by a terminal, git, a run, somebody else.
import { ApiError, encodePath, send, workspaceUrl } from "../shell/api";
import { nameOf } from "../shell/dom";
import { shown } from "../shell/names";
import { fail } from "../shell/overlays";
import { sizeOf } from "./binaryView";
import type { Contents } from "./contents";
import type { SyncedDocument } from "./documentSync";
import type { Group } from "./group";
import type { Groups } from "./groups";
import type { Tab } from "./tab";

export class DiskFollower {
  /** Files that are being read anew, and whether they have changed once more meanwhile. */
  private readonly busy = new Map<string, boolean>();

  /** `show` reads a tab's file and brings it to the screen. */
  constructor(private readonly groups: Groups, private readonly contents: Contents, private readonly show: (group: Group, tab: Tab) => Promise<void>) {}

  /** These paths changed (an empty one: anything may have). Documents of the hub follow by themselves; everything else is looked at again. */
  changed(paths: readonly string[]): void {
    for (const path of new Set(this.groups.tabs.filter((tab) => tab.content).map((tab) => tab.path))) {
      if (!paths.some((one) => one === "" || one === path || path.startsWith(`${one}/`))) {
        continue;
      }
      if (this.busy.has(path)) {
        this.busy.set(path, true);
        continue;
      }
      const document = this.contents.document(path);
      if (!document) {
        void this.reload(path);
      } else if (document.state === "gone") {
        void this.comeBack(path);
      } else {
        void document.changedOnDisk?.();
      }
    }
  }

  /** Writes the text of a deleted file again, as it lay there. */
  async writeAgain(path: string, document: SyncedDocument): Promise<void> {
    const ending = document.lineEnding === "CRLF" ? "\r\n" : "\n";
    const mark = document.encoding === "UTF-8 with BOM" ? "\ufeff" : "";
    try {
      await send("PUT", workspaceUrl(`/files/${encodePath(path)}`), mark + document.model.getLinesContent().join(ending), { headers: { "If-None-Match": "*" } });
      await this.reload(path);
    } catch (error) {
      fail(`Could not write ${shown(nameOf(path))}.`, error);
    }
  }

  /** A file that was deleted is there again; the text of one that is not stays on screen. */
  private async comeBack(path: string): Promise<void> {
    try {
      await sizeOf(path);
    } catch (error) {
      if (error instanceof ApiError) {
        return;
      }
      throw error;
    }
    await this.reload(path);
  }

  private async reload(path: string): Promise<void> {
    if (this.busy.has(path)) {
      this.busy.set(path, true);
      return;
    }
    this.busy.set(path, false);
    this.contents.release(path, (document) => this.groups.list.forEach((group) => group.release(document.model)));
    for (const group of this.groups.list) {
      for (const tab of group.tabs.filter((one) => one.path === path)) {
        await this.show(group, tab);
      }
    }
    const again = this.busy.get(path);
    this.busy.delete(path);
    if (again) {
      this.changed([path]);
    }
  }
}
