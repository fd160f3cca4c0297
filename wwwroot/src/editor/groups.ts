// The groups side by side, which of them has the keys, and the tab that is being dragged between them.
import { byId } from "../shell/dom";
import { Group, layOut } from "./group";
import type { Tab } from "./tab";

export interface GroupsHost {
  split: (group: Group) => void;
  /** A tab was let go in a group, to stand before what is at this index. */
  dropped: (from: Group, tab: Tab, to: Group, index: number) => void;
  focused: () => void;
}

export class Groups {
  readonly list: Group[] = [];
  current: Group;
  private dragging: { group: Group; tab: Tab } | null = null;

  constructor(private readonly host: GroupsHost) {
    this.current = this.add();
  }

  get tabs(): Tab[] {
    return this.list.flatMap((group) => group.tabs);
  }

  add(after?: Group): Group {
    const group = new Group({
      focus: (focused) => this.focus(focused),
      split: (split) => this.host.split(split),
      drop: (to, index) => this.dragging && this.host.dropped(this.dragging.group, this.dragging.tab, to, index),
      isDragging: () => this.dragging !== null,
    });
    this.list.splice(after ? this.list.indexOf(after) + 1 : this.list.length, 0, group);
    layOut(byId("editors"), this.list);
    return group;
  }

  remove(group: Group): void {
    group.detach?.();
    group.editor?.dispose();
    this.list.splice(this.list.indexOf(group), 1);
    layOut(byId("editors"), this.list);
    this.focus(this.list[0]!);
    this.list[0]!.editor?.focus();
  }

  focus(group: Group): void {
    if (this.current === group && group.element.classList.contains("focused")) {
      return;
    }
    this.current = group;
    this.list.forEach((item) => item.element.classList.toggle("focused", item === group));
    this.host.focused();
  }

  ownerOf(tab: Tab): Group {
    return this.list.find((group) => group.tabs.includes(tab))!;
  }

  /** Puts a new tab, or one that was taken out, where it belongs. */
  put(group: Group, tab: Tab, index: number): void {
    group.strip.insertBefore(tab.element, group.tabs[index]?.element ?? null);
    group.tabs.splice(index, 0, tab);
  }

  drag(tab: Tab | null): void {
    this.dragging = tab && { group: this.ownerOf(tab), tab };
  }
}
