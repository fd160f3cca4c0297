// The form that makes a workspace: from a template, an archive or a repository.
import { ApiError, postJson, send } from "../shell/api";
import { h, icon } from "../shell/dom";
import { shown } from "../shell/names";
import { upload } from "../shell/upload";

type Source = "template" | "archive" | "git";

const longestName = 100;

export function newWorkspace(form: HTMLFormElement): void {
  if (form.dataset.wired) {
    return;
  }
  form.dataset.wired = "yes";
  const part = <T extends HTMLElement>(selector: string) => form.querySelector<T>(selector)!;
  const message = part("[data-message]");
  const drop = part(".drop");
  const file = part<HTMLInputElement>("input[type=file]");
  const button = part<HTMLButtonElement>("button[type=submit]");
  const nameInput = form.elements.namedItem("name") as HTMLInputElement;
  const tabs = [...form.querySelectorAll<HTMLElement>("[role=tab]")];
  let source: Source = "template";
  let archive: File | null = null;
  let stop: AbortController | null = null;

  const say = (text: string, className = "muted") => {
    message.className = className;
    message.replaceChildren(text);
  };
  const choose = (tab: HTMLElement) => {
    source = tab.dataset.source as Source;
    for (const one of tabs) {
      one.setAttribute("aria-selected", String(one === tab));
      one.tabIndex = one === tab ? 0 : -1;
    }
    form.querySelectorAll<HTMLElement>("[data-for]").forEach((panel) => (panel.hidden = panel.dataset.for !== source));
    say("");
  };
  tabs.forEach((tab, index) => {
    tab.addEventListener("click", () => choose(tab));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: tabs.length - 1 }[event.key];
      if (step) {
        const next = tabs[(index + step) % tabs.length]!;
        choose(next);
        next.focus();
      }
    });
  });
  const take = (chosen: File | null | undefined) => {
    if (chosen) {
      archive = chosen;
      part("[data-file]").textContent = `${shown(chosen.name)}, ${Math.ceil(chosen.size / 1024).toLocaleString("en")} KB`;
      nameInput.placeholder = chosen.name.replace(/\.(tar\.gz|tgz|tar|zip)$/i, "");
    }
  };
  file.addEventListener("change", () => take(file.files?.[0]));
  drop.addEventListener("dragover", (event) => (event.preventDefault(), drop.classList.add("over")));
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    take(event.dataTransfer?.files[0]);
  });

  const make = async () => {
    const value = (name: string) => String(new FormData(form).get(name) ?? "").trim();
    const url = value("url");
    const git = { url, ...(value("ref") ? { ref: value("ref") } : {}), ...(value("credential") ? { credential: value("credential") } : {}) };
    const template = source === "archive" ? "empty" : value("template") || "sample-debug";
    const name = value("name") || { template, archive: nameInput.placeholder, git: repositoryName(url) }[source] || "workspace";
    const made = await postJson<{ id: string }>("/api/v1/workspaces", { name: name.replace(/\p{Cc}/gu, " ").slice(0, longestName), source: source === "git" ? { git } : { template } });
    if (source === "archive") {
      try {
        await uploadTo(made.id, archive!);
      } catch (error) {
        // Without its files it is not what was asked for.
        await send("DELETE", `/api/v1/workspaces/${made.id}`).catch(() => undefined);
        throw error;
      }
    }
    location.assign(`/w/${made.id}`);
  };
  const uploadTo = async (id: string, body: File) => {
    stop = new AbortController();
    const words = h("span", {}, "Uploading");
    message.replaceChildren(h("span", { class: "spinner", "aria-hidden": "true" }), words, h("button", { type: "button", class: "button small", onclick: () => stop?.abort() }, icon("close"), "Cancel"));
    await upload(`/api/v1/workspaces/${id}/archive`, body, {
      signal: stop.signal,
      sent: (bytes) => (words.textContent = bytes < body.size ? `Uploading, ${Math.floor((100 * bytes) / body.size)} %` : "Unpacking"),
    });
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (source === "archive" && !archive) {
      say("Choose an archive first.", "error-text");
      return;
    }
    if (source === "git" && String(new FormData(form).get("url") ?? "").trim() === "") {
      say("Enter the repository's address first.", "error-text");
      (form.elements.namedItem("url") as HTMLInputElement).focus();
      return;
    }
    button.disabled = true;
    say("Creating");
    make().catch((error: unknown) => {
      button.disabled = false;
      if (error instanceof DOMException && error.name === "AbortError") {
        say("Cancelled; nothing was made.");
      } else {
        say(`${error instanceof Error ? error.message : String(error)}${error instanceof ApiError && error.id ? ` (${error.id})` : ""}`, "error-text");
      }
    });
  });
}

const repositoryName = (url: string): string => url.replace(/\/+$/, "").replace(/\.git$/, "").split("/").pop() ?? "";
