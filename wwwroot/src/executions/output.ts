// The Output panel: what runs wrote, the newest 200,000 characters, colours of terminals taken out.
import { byId, h } from "../shell/dom";

const kept = 200_000;

export class OutputPanel {
  private readonly text = h("pre", {});
  private pending = "";
  private readonly view = byId("panel-output");

  constructor() {
    this.view.classList.add("output-view");
    this.view.append(this.text);
    this.text.textContent = "Output of runs appears here.";
  }

  write(text: string, reset = false): void {
    if (reset) {
      this.text.textContent = "";
      this.pending = "";
    }
    if (this.pending === "" && text !== "") {
      window.requestAnimationFrame(() => this.flush());
    }
    this.pending += text;
  }

  private flush(): void {
    const atEnd = this.view.scrollTop + this.view.clientHeight > this.view.scrollHeight - 30;
    const escapes = new RegExp("\\u001b\\[[0-9;?]*[A-Za-z]|\\u001b\\][^\\u0007]*\\u0007", "g");
    this.text.textContent = (this.text.textContent + this.pending.replace(escapes, "")).slice(-kept);
    this.pending = "";
    if (atEnd) {
      this.view.scrollTop = this.view.scrollHeight;
    }
  }
}
