// The frame: dividers that drag, collapse and are remembered; bottom panels; side views.
import { byId, remember, remembered } from "./dom";

type Pane = "explorer" | "agent" | "panel";
const limits: Record<Pane, { min: number; max: () => number; start: number }> = {
  explorer: { min: 140, max: () => innerWidth * 0.5, start: 260 },
  agent: { min: 240, max: () => innerWidth * 0.6, start: 380 },
  panel: { min: 80, max: () => innerHeight * 0.75, start: 240 },
};

const ide = byId("ide");
const resized = new Set<() => void>();
export const onResize = (listener: () => void) => void resized.add(listener);
const tell = () => resized.forEach((listener) => listener());

export const isShown = (pane: Pane) => !ide.classList.contains(`no-${pane}`);

// As in css/frame.css: too narrow for three columns, and too narrow for two.
const crowded = matchMedia("(max-width: 1000px)");
const narrow = matchMedia("(max-width: 640px)");

/** Panes lie over the editors here, one at a time. */
export const isNarrow = () => narrow.matches;

export function show(pane: Pane, shown = true): void {
  ide.classList.toggle(`no-${pane}`, !shown);
  if (shown && narrow.matches && pane !== "panel") {
    ide.classList.add(pane === "agent" ? "no-explorer" : "no-agent");
  }
  // What is done for lack of room is no wish for a wide window.
  if (!crowded.matches) {
    remember(`shown.${pane}`, shown);
  }
  press();
  tell();
}

function size(pane: Pane): number {
  return Number.parseInt(ide.style.getPropertyValue(`--${pane}-size`), 10) || limits[pane].start;
}

function resize(pane: Pane, pixels: number): void {
  const { min, max } = limits[pane];
  const value = Math.round(Math.min(Math.max(pixels, min), Math.max(min, max())));
  ide.style.setProperty(`--${pane}-size`, `${value}px`);
  const divider = document.querySelector(`[data-divider=${pane}]`)!;
  divider.setAttribute("aria-valuenow", String(value));
  tell();
}

function press(): void {
  const set = (command: string, on: boolean) => document.querySelectorAll(`.activity [data-command="${command}"]`).forEach((button) => button.setAttribute("aria-pressed", String(on)));
  set("view.explorer", isShown("explorer") && !byId("side-explorer").hidden);
  set("view.search", isShown("explorer") && !byId("side-search").hidden);
  set("view.terminal", isShown("panel") && currentPanel() === "terminal");
  set("view.tests", isShown("panel") && currentPanel() === "tests");
  set("view.agent", isShown("agent"));
}

function wire(divider: HTMLElement): void {
  const pane = divider.dataset.divider as Pane;
  const sign = pane === "explorer" ? 1 : -1;
  const axis = pane === "panel" ? "clientY" : "clientX";
  divider.setAttribute("aria-valuemin", String(limits[pane].min));
  divider.setAttribute("aria-valuemax", String(Math.round(limits[pane].max())));
  divider.addEventListener("pointerdown", (down) => {
    down.preventDefault();
    divider.setPointerCapture(down.pointerId);
    divider.classList.add("dragging");
    const from = isShown(pane) ? size(pane) : 0;
    const move = (event: PointerEvent) => {
      const wanted = from + sign * (event[axis] - down[axis]);
      if (Math.abs(event[axis] - down[axis]) < 3) {
        return;
      }
      if (wanted < limits[pane].min / 2) {
        show(pane, false);
      } else {
        if (!isShown(pane)) {
          show(pane, true);
        }
        resize(pane, wanted);
      }
    };
    divider.addEventListener("pointermove", move);
    divider.addEventListener("lostpointercapture", () => {
      divider.removeEventListener("pointermove", move);
      divider.classList.remove("dragging");
      remember(`size.${pane}`, size(pane));
    }, { once: true });
  });
  divider.addEventListener("dblclick", () => show(pane, !isShown(pane)));
  divider.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -16, ArrowRight: 16, ArrowUp: -16, ArrowDown: 16 }[event.key];
    if (step) {
      event.preventDefault();
      resize(pane, size(pane) + sign * step);
      remember(`size.${pane}`, size(pane));
    } else if (event.key === "Enter") {
      event.preventDefault();
      show(pane, !isShown(pane));
    }
  });
}

export type PanelName = "terminal" | "tests" | "problems" | "output";
const panelListeners = new Set<(panel: PanelName) => void>();
export const onPanel = (listener: (panel: PanelName) => void) => void panelListeners.add(listener);
export const currentPanel = (): PanelName => document.querySelector<HTMLElement>(".panel-tabs [aria-selected=true]")!.dataset.panel as PanelName;

export function showPanel(name: PanelName): void {
  for (const tab of document.querySelectorAll<HTMLElement>(".panel-tabs [role=tab]")) {
    const chosen = tab.dataset.panel === name;
    tab.setAttribute("aria-selected", String(chosen));
    tab.tabIndex = chosen ? 0 : -1;
    byId(`panel-${tab.dataset.panel}`).hidden = !chosen;
  }
  remember("panel", name);
  show("panel", true);
  panelListeners.forEach((listener) => listener(name));
}

export function togglePanel(name: PanelName): void {
  if (isShown("panel") && currentPanel() === name) {
    show("panel", false);
  } else {
    showPanel(name);
  }
}

export function showSide(name: "explorer" | "search", toggle = false): void {
  const view = byId(`side-${name}`);
  if (toggle && isShown("explorer") && !view.hidden) {
    show("explorer", false);
    return;
  }
  byId("side-explorer").hidden = name !== "explorer";
  byId("side-search").hidden = name !== "search";
  show("explorer", true);
}

export function setCount(panel: PanelName, count: number, className = ""): void {
  const badge = byId(`tab-${panel}`).querySelector<HTMLElement>(".count");
  if (badge) {
    badge.textContent = String(count);
    badge.hidden = count === 0;
    badge.className = `count ${className}`;
  }
}

/** Shows what the person chose, as far as there is room. */
function suit(): void {
  for (const pane of ["explorer", "agent", "panel"] as const) {
    const room = pane === "panel" || !(narrow.matches || (crowded.matches && pane === "agent"));
    ide.classList.toggle(`no-${pane}`, !room || !remembered(`shown.${pane}`, true));
  }
  press();
  tell();
}

export function startFrame(): void {
  for (const pane of ["explorer", "agent", "panel"] as const) {
    const kept = remembered<number | null>(`size.${pane}`, null);
    if (kept) {
      resize(pane, kept);
    }
  }
  crowded.addEventListener("change", suit);
  narrow.addEventListener("change", suit);
  document.querySelectorAll<HTMLElement>("[data-divider]").forEach(wire);
  const tabs = [...document.querySelectorAll<HTMLElement>(".panel-tabs [role=tab]")];
  tabs.forEach((tab, index) => {
    tab.addEventListener("click", () => showPanel(tab.dataset.panel as PanelName));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: tabs.length - 1 }[event.key];
      if (step) {
        const next = tabs[(index + step) % tabs.length]!;
        showPanel(next.dataset.panel as PanelName);
        next.focus();
      }
    });
  });
  window.addEventListener("resize", tell);
  suit();
}
