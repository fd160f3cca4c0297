// Now and then the server is asked whether the text that a client believes to be its text really is.
import type { Draft } from "./draft.ts";
import { hash } from "./operation.ts";
import type { OpenAnswer } from "./protocol.ts";

const every = 256;

export class HashCheck {
  private unchecked = 0;

  /** The text of this revision came from the server whole. */
  from(revision: number): void {
    this.unchecked = revision;
  }

  /** True once in 256 revisions. */
  isDue(revision: number): boolean {
    const due = revision - this.unchecked >= every;
    if (due) {
      this.unchecked = revision;
    }
    return due;
  }

  /** False only where the answer and the draft are of one revision and of different texts. */
  async isRight(answer: OpenAnswer, draft: Draft): Promise<boolean> {
    if (answer.revision !== draft.revision || !answer.hash) {
      return true;
    }
    const { revision, shadow } = draft;
    const mine = await hash(shadow);
    return mine === null || mine === answer.hash || draft.revision !== revision;
  }
}
