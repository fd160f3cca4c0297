// The composer: what is written, what kind of task it makes, what the agent may do, which model.
import { getJson } from "../shell/api";
import { byId, h, remember, remembered } from "../shell/dom";
import { setStatus } from "../shell/status";

export interface Wish {
  kind: string;
  prompt: string;
}

const needsWords = ["change", "ask"];

export class Composer {
  private readonly form = byId<HTMLFormElement>("composer");
  private readonly text = byId<HTMLTextAreaElement>("composer-text");
  private readonly kind = byId<HTMLSelectElement>("composer-kind");
  private readonly mode = byId<HTMLSelectElement>("composer-mode");
  private readonly model = byId<HTMLSelectElement>("composer-model");

  /** @param send Takes what was written; true when it was taken and the field may be emptied. */
  constructor(send: (wish: Wish) => Promise<boolean>) {
    this.text.addEventListener("input", () => this.grow());
    this.text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.form.requestSubmit();
      }
    });
    this.form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const prompt = this.text.value.trim();
      if (await send({ kind: this.kind.value, prompt })) {
        this.text.value = "";
        this.grow();
      } else {
        this.text.focus();
      }
    });
    this.mode.value = remembered("mode", "auto");
    this.mode.addEventListener("change", () => remember("mode", this.mode.value));
    this.model.addEventListener("change", () => this.tellModel());
  }

  /** A task that is at work is steered; otherwise a new one is described. */
  steers(steers: boolean): void {
    this.text.placeholder = steers ? "Tell the agent something while it works" : "Describe a change, or ask about the code";
    this.form.classList.toggle("steers", steers);
  }

  focus(): void {
    this.text.focus();
  }

  needsWords(wish: Wish): boolean {
    return wish.prompt === "" && needsWords.includes(wish.kind);
  }

  /** The body of the request that makes the task. */
  request(wish: Wish): Record<string, unknown> {
    return { kind: wish.kind, mode: this.mode.value, checkout: "live", ...(wish.prompt ? { prompt: wish.prompt } : {}), ...(this.model.value ? { model: this.model.value } : {}) };
  }

  async loadModels(): Promise<void> {
    try {
      const answer = await getJson<{ data: { id: string }[] }>("/v1/models");
      if (answer.data.length > 0) {
        this.model.replaceChildren(...answer.data.map((model) => h("option", { value: model.id }, model.id)));
        this.tellModel();
      }
    } catch {
      setStatus("model", null);
    }
  }

  private tellModel(): void {
    setStatus("model", { text: this.model.value, title: "Model of the next task" });
  }

  private grow(): void {
    this.text.style.height = "auto";
    this.text.style.height = `${Math.min(200, this.text.scrollHeight)}px`;
  }
}
