// Opens a document of which something is known already. What is at its path now may be another one, and events may have told more while the answer was on its way.
import type { Listener, OpenAnswer, OpenRequest, Transport } from "./protocol.ts";

/** What is known so far, now; documentId "": not which document it is of. */
export interface Known {
  readonly documentId: string;
  readonly revision: number;
}

/** The file was deleted and made again: what is known means nothing in the answer's document. */
export const isAnother = (answer: OpenAnswer, known: Known): boolean => known.documentId !== "" && answer.documentId !== known.documentId;

/**
 * What came after the known revision, or the whole text: asked for, of another document, or because the server remembers too little. A text older than what
 * is known means that the server itself has gone back. Rejects when the connection is lost.
 */
export async function openAfter(transport: Transport, place: Omit<OpenRequest, "knownRevision">, listener: Listener, known: Known, whole: boolean): Promise<OpenAnswer> {
  for (;;) {
    const asked = known.revision;
    const answer = await transport.open({ ...place, knownRevision: whole ? undefined : asked }, listener);
    if (isAnother(answer, known)) {
      if (!answer.operations) {
        return answer;
      }
      whole = true;
    } else if (typeof answer.text !== "string" || answer.revision! < asked || answer.revision! >= known.revision) {
      return answer;
    }
  }
}
