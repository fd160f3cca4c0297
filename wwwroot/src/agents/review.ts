// The review of a task's changes. Decisions are the server's: every browser and phone sees the same ones.
import { getJson, postJson } from "../shell/api";
import { fail, toast } from "../shell/overlays";
import type { Hunk } from "./task";

export class Review {
  /** Null until they are known. */
  hunks: Hunk[] | null = null;
  open = false;

  constructor(private readonly task: string, private readonly changed: () => void, private readonly decided: () => void) {}

  get isDone(): boolean {
    return this.hunks !== null && this.hunks.every((hunk) => hunk.state !== "pending");
  }

  async load(): Promise<void> {
    this.hunks = (await getJson<{ hunks: Hunk[] }>(`/api/v1/tasks/${this.task}/diff`)).hunks;
    this.changed();
  }

  acceptAll = () => this.decide({ accept: "all" }, "The changes are accepted.");
  undo = () => this.decide({ accept: "none" }, "The task's changes are taken back. What others typed stays.");
  accept = (hunk: Hunk) => this.decide({ accept: [hunk.id], reject: [] });
  reject = (hunk: Hunk) => this.decide({ accept: [], reject: [hunk.id] }, "The change is taken back. What others typed stays.");

  private async decide(body: { accept: "all" | "none" | string[]; reject?: string[] }, said?: string): Promise<void> {
    try {
      this.hunks = (await postJson<{ hunks: Hunk[] }>(`/api/v1/tasks/${this.task}/changes`, body)).hunks;
      this.changed();
      if (this.isDone) {
        this.decided();
      }
      if (said) {
        toast(said);
      }
    } catch (error) {
      fail("The review was not saved.", error);
      void this.load().catch(() => undefined);
    }
  }
}
