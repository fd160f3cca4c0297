// The phone's pages, kept live: the server draws them, this only asks for the drawn page again when the task's events say that it changed.
// No circuit: an EventSource survives what a phone does to sockets, and resumes where it was by its last event's id.
const PAUSE_MS = 400;

/** Replaces the marked part of the page by what the server draws now; what was unfolded or typed stays. */
async function redraw(selector: string): Promise<void> {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
  if (!answer.ok) {
    return;
  }
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(selector);
  const present = document.querySelector(selector);
  if (!fresh || !present) {
    return;
  }
  for (const item of present.querySelectorAll<HTMLElement>("[data-item]")) {
    const details = item.querySelector("details");
    const same = fresh.querySelector(`[data-item="${CSS.escape(item.dataset.item!)}"] details`);
    if (details && same) {
      same.toggleAttribute("open", details.open);
    }
  }
  const typed = present.querySelector<HTMLInputElement>(".phone-composer input[name=text]");
  const composer = fresh.querySelector(".phone-composer");
  const focused = typed !== null && document.activeElement === typed;
  if (typed && composer && (focused || typed.value !== "")) {
    typed.placeholder = composer.querySelector<HTMLInputElement>("input[name=text]")!.placeholder;
    composer.replaceWith(typed.form!);
  }
  const atEnd = window.innerHeight + window.scrollY >= document.body.scrollHeight - 120;
  present.replaceWith(fresh);
  if (focused) {
    typed.focus();
  }
  if (atEnd) {
    window.scrollTo({ top: document.body.scrollHeight });
  }
}

/** Calls at most once per pause, and once more after the last call. */
function calmly(act: () => Promise<void>): () => void {
  let waiting = false;
  let again = false;
  const run = async () => {
    waiting = true;
    again = false;
    try {
      await act();
    } catch {
      again = true;
    }
    window.setTimeout(() => {
      waiting = false;
      if (again) {
        void run();
      }
    }, PAUSE_MS);
  };
  return () => {
    if (waiting) {
      again = true;
    } else {
      void run();
    }
  };
}

const EVENTS = [
  "thread.started", "thread.updated", "thread.completed", "turn.started", "turn.completed", "turn.failed", "item.started", "item.updated", "item.completed",
  "approval.requested", "approval.resolved",
];

let open: EventSource[] = [];

function watch(task: string, after: string | undefined, selector: string): void {
  const changed = calmly(() => redraw(selector));
  const source = new EventSource(`/api/v1/tasks/${encodeURIComponent(task)}/events?lastEventId=${encodeURIComponent(after ?? "0")}`);
  for (const name of EVENTS) {
    source.addEventListener(name, changed);
  }
  source.addEventListener("thread.completed", () => source.close());
  open.push(source);
}

const OVER = ["completed", "failed", "cancelled"];

/** Starts what the page that is shown needs; called again after every enhanced navigation. */
export function startPhone(): void {
  open.forEach((source) => source.close());
  open = [];
  const page = document.querySelector<HTMLElement>("[data-task-page]");
  if (page) {
    if (!OVER.includes(page.dataset.state!)) {
      watch(page.dataset.taskPage!, page.dataset.last, "[data-task-page]");
    }
    return;
  }
  const list = document.querySelector<HTMLElement>("[data-task-list]");
  if (list) {
    for (const card of [...list.querySelectorAll<HTMLElement>("[data-task]")].filter((each) => !OVER.includes(each.dataset.state!)).slice(0, 4)) {
      watch(card.dataset.task!, card.dataset.last, "[data-task-list]");
    }
  }
}

const LOOK_AGAIN_MS = 10_000;
const PAGES = ["[data-task-page]", "[data-task-list]", "[data-approvals-page]"];

// What no stream of a shown task tells: a task that is new, an approval of another one.
window.setInterval(() => {
  const page = PAGES.slice(1).find((selector) => document.querySelector(selector));
  if (page && !document.hidden) {
    void redraw(page).then(startPhone).catch(() => undefined);
  }
}, LOOK_AGAIN_MS);

// A phone that wakes up may have slept through the stream's end.
document.addEventListener("visibilitychange", () => {
  const page = PAGES.find((selector) => document.querySelector(selector));
  if (!document.hidden && page) {
    void redraw(page).then(startPhone).catch(() => undefined);
  }
});
