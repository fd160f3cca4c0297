// Small building blocks: elements, icons, times. Text always enters as text nodes, never as markup.
type Child = Node | string | number | null | undefined | false;
type Attributes = Record<string, unknown>;

/** An element with attributes (on… are listeners, dataset keys as data-…) and children. */
export function h<K extends keyof HTMLElementTagNameMap>(tag: K, attributes: Attributes = {}, ...children: (Child | Child[])[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) {
      continue;
    }
    if (name.startsWith("on") && typeof value === "function") {
      element.addEventListener(name.slice(2), value as EventListener);
    } else if (name === "style") {
      element.style.cssText = String(value);
    } else {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
  element.append(...children.flat().filter((child): child is Node | string | number => child !== null && child !== undefined && child !== false).map((child) => (child instanceof Node ? child : String(child))));
  return element;
}

export function icon(name: string, className = ""): SVGSVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", `icon ${className}`.trim());
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

export function iconButton(name: string, label: string, action: (event: MouseEvent) => void): HTMLButtonElement {
  return h("button", { type: "button", class: "icon-button", title: label, "aria-label": label, onclick: action }, icon(name));
}

export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}

export function duration(milliseconds: number): string {
  if (milliseconds < 1) {
    return "<1 ms";
  }
  if (milliseconds < 1000) {
    return `${Math.round(milliseconds)} ms`;
  }
  const seconds = milliseconds / 1000;
  return seconds < 60 ? `${seconds.toFixed(seconds < 10 ? 1 : 0)} s` : `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

export function ago(time: string | number | Date): string {
  const seconds = Math.max(0, (Date.now() - new Date(time).getTime()) / 1000);
  if (seconds < 5) {
    return "now";
  }
  if (seconds < 60) {
    return `${Math.floor(seconds)} s ago`;
  }
  if (seconds < 3600) {
    return `${Math.floor(seconds / 60)} min ago`;
  }
  return seconds < 86400 ? `${Math.floor(seconds / 3600)} h ago` : `${Math.floor(seconds / 86400)} d ago`;
}

const extensionColours: Record<string, number> = { py: 5, js: 1, mjs: 1, ts: 5, tsx: 4, jsx: 4, json: 1, md: 4, html: 0, css: 6, go: 4, rs: 0, cs: 6, sh: 3, toml: 2, yaml: 2, yml: 2, txt: 5, svg: 7, png: 7, jpg: 7 };

/** A file's icon, tinted by its kind. */
export function fileIcon(path: string): SVGSVGElement {
  const element = icon("file", "file-icon");
  const colour = extensionColours[path.slice(path.lastIndexOf(".") + 1).toLowerCase()];
  if (colour !== undefined) {
    element.style.color = `var(--person-${colour})`;
  }
  return element;
}

export const nameOf = (path: string) => path.slice(path.lastIndexOf("/") + 1);
export const folderOf = (path: string) => (path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "");

/** What a person chose, kept in this browser. */
export function remembered<T>(key: string, fallback: T): T {
  try {
    const text = localStorage.getItem(`codex.${key}`);
    return text === null ? fallback : (JSON.parse(text) as T);
  } catch {
    return fallback;
  }
}

export function remember(key: string, value: unknown): void {
  try {
    localStorage.setItem(`codex.${key}`, JSON.stringify(value));
  } catch {
    // A full or forbidden store costs only the memory of a size.
  }
}

/** A stable colour for a person. */
export function personColour(id: string): number {
  let hash = 0;
  for (const unit of id) {
    hash = (hash * 31 + unit.charCodeAt(0)) >>> 0;
  }
  return hash % 8;
}

export const initials = (name: string) =>
  name.split(/[\s@._-]+/).filter(Boolean).slice(0, 2).map((word) => word[0]!.toUpperCase()).join("") || "?";
