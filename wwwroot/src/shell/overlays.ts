// What lies above the page: toasts, dialogs, menus.
import { byId, h, iconButton } from "./dom";
import { ApiError } from "./api";

export interface ToastAction {
  label: string;
  run: () => void;
}

export function toast(text: string, options: { failed?: boolean; action?: ToastAction; seconds?: number } = {}): void {
  const element = h("div", { class: `toast${options.failed ? " failed" : ""}`, role: options.failed ? "alert" : undefined }, h("p", {}, text));
  const close = () => element.remove();
  if (options.action) {
    const { label, run } = options.action;
    element.append(h("button", { type: "button", class: "button small", onclick: () => (close(), run()) }, label));
  }
  element.append(iconButton("close", "Dismiss", close));
  byId("toasts").append(element);
  window.setTimeout(close, (options.seconds ?? (options.failed ? 12 : 6)) * 1000);
}

/** Says what went wrong, with the id to quote. */
export function fail(what: string, error: unknown): void {
  if (error instanceof DOMException && error.name === "AbortError") {
    return;
  }
  const reason = error instanceof Error ? error.message : String(error);
  toast(`${what} ${reason}${error instanceof ApiError && error.id ? ` (${error.id})` : ""}`, { failed: true });
}

/** Opens an overlay that keeps the focus inside and gives it back. */
export function overlay(content: HTMLElement, options: { light?: boolean; closed?: () => void } = {}): () => void {
  const before = document.activeElement as HTMLElement | null;
  const element = h("div", { class: `overlay${options.light ? " light" : ""}` }, content);
  const close = () => {
    if (!element.isConnected) {
      return;
    }
    element.remove();
    before?.focus?.();
    options.closed?.();
  };
  element.addEventListener("mousedown", (event) => event.target === element && close());
  element.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      close();
    } else if (event.key === "Tab") {
      const items = [...content.querySelectorAll<HTMLElement>("button,input,select,textarea,a[href]")].filter((item) => !item.hasAttribute("disabled"));
      const index = items.indexOf(document.activeElement as HTMLElement);
      event.preventDefault();
      items[(index + (event.shiftKey ? items.length - 1 : 1)) % items.length]?.focus();
    }
  });
  byId("overlays").append(element);
  return close;
}

/** Asks; null when nothing was chosen. The last of the actions is the expected one. */
export function choose<T extends string>(title: string, text: string, actions: Partial<Record<T, string>>): Promise<T | null> {
  return new Promise((resolve) => {
    let answer: T | null = null;
    const entries = Object.entries(actions) as [T, string][];
    const buttons = entries.map(([value, label], index) =>
      h("button", { type: "button", class: `button${index === entries.length - 1 ? " primary" : ""}`, onclick: () => ((answer = value), close()) }, label));
    const content = h("div", { class: "dialog", role: "alertdialog", "aria-modal": "true", "aria-label": title }, h("h2", {}, title), h("p", { class: "muted" }, text),
      h("div", { class: "actions" }, h("button", { type: "button", class: "button", onclick: () => close() }, "Cancel"), ...buttons));
    const close = overlay(content, { closed: () => resolve(answer) });
    buttons.at(-1)!.focus();
  });
}

export const confirm = async (title: string, text: string, action: string): Promise<boolean> => (await choose(title, text, { yes: action })) === "yes";

export interface Progress {
  /** What is being done now, and how much of it is done (0 to 1) where that is known. */
  say: (text: string, share?: number) => void;
  end: () => void;
}

/** Something that takes a while: seen after a second, cancelled from then on. */
export function progress(text: string, cancel: () => void): Progress {
  const words = h("p", {}, text);
  const bar = h("i", {});
  const element = h("div", { class: "toast" }, h("span", { class: "spinner", "aria-hidden": "true" }), words, h("button", { type: "button", class: "button small", onclick: cancel }, "Cancel"), h("span", { class: "toast-bar" }, bar));
  const timer = window.setTimeout(() => byId("toasts").append(element), 1000);
  return {
    say: (now, share) => {
      words.textContent = now;
      bar.style.width = share === undefined ? "0" : `${Math.round(share * 100)}%`;
    },
    end: () => {
      window.clearTimeout(timer);
      element.remove();
    },
  };
}

export interface MenuItem {
  label: string;
  key?: string;
  run: () => void;
}

export function menu(x: number, y: number, items: (MenuItem | null)[]): void {
  document.querySelector(".menu")?.remove();
  const before = document.activeElement as HTMLElement | null;
  const element = h("div", { class: "menu", role: "menu" }, ...items.map((item) => item === null
    ? h("hr", {})
    : h("button", { type: "button", role: "menuitem", onclick: () => (close(), item.run()) }, item.label, item.key ? h("kbd", {}, item.key) : null)));
  const away = (event: Event) => !element.contains(event.target as Node) && close(false);
  const close = (focus = true) => {
    element.remove();
    document.removeEventListener("mousedown", away, true);
    window.removeEventListener("blur", leave);
    if (focus) {
      before?.focus?.();
    }
  };
  const leave = () => close(false);
  byId("overlays").append(element);
  element.style.left = `${Math.max(4, Math.min(x, innerWidth - element.offsetWidth - 4))}px`;
  element.style.top = `${Math.max(4, Math.min(y, innerHeight - element.offsetHeight - 4))}px`;
  const buttons = [...element.querySelectorAll("button")];
  buttons[0]?.focus();
  element.addEventListener("keydown", (event) => {
    const index = buttons.indexOf(document.activeElement as HTMLButtonElement);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      buttons[(index + (event.key === "ArrowDown" ? 1 : buttons.length - 1)) % buttons.length]?.focus();
    } else if (event.key === "Escape" || event.key === "Tab") {
      event.preventDefault();
      close();
    }
    event.stopPropagation();
  });
  document.addEventListener("mousedown", away, true);
  window.addEventListener("blur", leave);
}
