// Where tabs stand: moved by mouse and keyboard, within a group and from one group to another; who is next when one goes.
import type { Group } from "./group";
import type { Groups } from "./groups";
import { documentOf, type Tab } from "./tab";

export interface TabOrderHost {
  activate: (group: Group, tab: Tab, focus: boolean) => Promise<void>;
  /** The only group has no tab any more. */
  emptied: (group: Group) => void;
  moved: () => void;
}

export class TabOrder {
  constructor(private readonly groups: Groups, private readonly host: TabOrderHost) {}

  /** So many places further in its group, round its ends. */
  neighbour({ tabs }: Group, tab: Tab, by: number): Tab {
    return tabs[(tabs.indexOf(tab) + by + tabs.length) % tabs.length]!;
  }

  /** By one place. */
  shift(tab: Tab, by: number): void {
    const group = this.groups.ownerOf(tab);
    this.move(group, tab, group, group.tabs.indexOf(tab) + (by > 0 ? 2 : -1));
  }

  /** To stand before what is now at this index. */
  move(from: Group, tab: Tab, to: Group, index: number): void {
    const at = from.tabs.indexOf(tab);
    if (from === to) {
      from.tabs.splice(at, 1);
      this.groups.put(from, tab, Math.max(0, index > at ? index - 1 : index));
      this.host.moved();
      return;
    }
    const there = to.tabs.find((item) => item.path === tab.path);
    if (from.active === tab && documentOf(tab)) {
      tab.state = from.editor?.saveViewState();
    }
    from.tabs.splice(at, 1);
    if (there) {
      tab.element.remove();
    } else {
      this.groups.put(to, tab, index);
    }
    void this.host.activate(to, there ?? tab, true);
    if (from.active === tab) {
      this.activateNext(from, at);
      this.groups.focus(to);
    }
  }

  /** The active tab of a group has left: the next one takes its place, or the group goes. */
  activateNext(group: Group, index: number): void {
    group.active = undefined;
    const next = group.tabs[Math.min(index, group.tabs.length - 1)];
    if (next) {
      void this.host.activate(group, next, group === this.groups.current);
    } else if (this.groups.list.length > 1) {
      this.groups.remove(group);
    } else {
      this.host.emptied(group);
    }
  }
}
