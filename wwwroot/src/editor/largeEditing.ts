// A file that is only shown because it is large becomes a document like any other, wherever it is open, and every group stays where it was scrolled to.
import type { Contents } from "./contents";
import type { SyncedDocument } from "./documentSync";
import type { Groups } from "./groups";
import type { Screen } from "./screen";

export class LargeEditing {
  constructor(private readonly groups: Groups, private readonly contents: Contents, private readonly screen: Screen) {}

  /** Rejects when it cannot be opened; then all is as it was, and it can be tried again. */
  async edit(path: string): Promise<SyncedDocument> {
    const states = new Map(this.groups.list.map((group) => [group, group.editor?.saveViewState()]));
    try {
      const document = await this.contents.edit(path, (before) => this.groups.list.forEach((group) => group.release(before.model)));
      for (const tab of this.groups.tabs.filter((one) => one.path === path)) {
        const group = this.groups.ownerOf(tab);
        tab.content = { kind: "text", document };
        tab.state = group.active === tab ? states.get(group) : tab.state;
        if (group.active === tab) {
          await this.screen.mount(group, tab, group === this.groups.current ? window.document.activeElement : null);
        }
      }
      return document;
    } catch (error) {
      this.groups.list.forEach((group) => group.stage.querySelector(".large-line button")?.removeAttribute("disabled"));
      throw error;
    }
  }
}
