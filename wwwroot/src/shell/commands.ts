// Every action by name: keys, buttons with data-command and the palette all go through here.
export interface Command {
  id: string;
  title: string;
  key?: string;
  /** Shown in the palette only when true. */
  when?: () => boolean;
  run: () => unknown;
}

const commands = new Map<string, Command>();

export function register(...list: Command[]): void {
  for (const command of list) {
    commands.set(command.id, command);
  }
}

export const all = () => [...commands.values()].filter((command) => command.when?.() ?? true);

export function run(id: string): void {
  void commands.get(id)?.run();
}

/** "Ctrl+Shift+P" of an event; Cmd counts as Ctrl. */
export function chord(event: KeyboardEvent): string {
  const parts: string[] = [];
  if (event.ctrlKey || event.metaKey) {
    parts.push("Ctrl");
  }
  if (event.altKey) {
    parts.push("Alt");
  }
  if (event.shiftKey) {
    parts.push("Shift");
  }
  // By the place on the keyboard where the layout writes other letters than Latin ones.
  const place = /^Key([A-Z])$/.exec(event.code)?.[1];
  const key = event.code === "Backquote" ? "`" : event.code === "Backslash" ? "\\" : place && /[^\0-\x7f]/.test(event.key) ? place : event.key;
  parts.push(key.length === 1 ? key.toUpperCase() : key);
  return parts.join("+");
}

export function listen(): void {
  window.addEventListener("keydown", (event) => {
    if (event.defaultPrevented) {
      return;
    }
    const pressed = chord(event);
    // A shell wants its own control keys; what is ours there is marked by Shift, or belongs to no shell.
    if ((event.target as Element | null)?.closest?.(".xterm") && !/^(Ctrl\+Shift\+.|Ctrl\+`|Ctrl\+Page(Up|Down)|Alt\+W)/.test(pressed)) {
      return;
    }
    for (const command of commands.values()) {
      if (command.key === pressed && (command.when?.() ?? true)) {
        event.preventDefault();
        event.stopPropagation();
        void command.run();
        return;
      }
    }
  }, true);
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-command]");
    if (button) {
      run(button.dataset.command!);
    }
  });
}
