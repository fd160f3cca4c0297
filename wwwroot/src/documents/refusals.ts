// What a refusal of an edit by the server means to whoever sent it.
const soon = 250;

export type Reaction =
  /** The same message again, after so many milliseconds; `tell` once, if it lasts. */
  | { do: "again"; after: number; tell?: string }
  /** Ask for what was missed; `whole`: the batch was never sequenced, and the history is too old to continue from. */
  | { do: "resume"; whole: boolean }
  | { do: "gone" }
  /** It will never be taken: back to the server's text. */
  | { do: "giveUp"; tell: string; readOnly: boolean };

export function reactionTo(error: string): Reaction {
  switch (error) {
    case "tooFast":
    case "unavailable":
      return { do: "again", after: soon * (1 + Math.random()) };
    case "diskFull":
      return { do: "again", after: 8 * soon, tell: "The server's disk is full. What you type is kept in this browser and saved as soon as there is room." };
    case "notFound":
      return { do: "resume", whole: false };
    case "staleRevision":
      return { do: "resume", whole: true };
    case "gone":
      return { do: "gone" };
    case "forbidden":
      return { do: "giveUp", tell: "You may not edit this file any more. What you typed last was not saved.", readOnly: true };
    default:
      return { do: "giveUp", tell: error === "tooLarge" ? "This change is too large to be saved and was taken back." : "The server refused this change; it was taken back.", readOnly: false };
  }
}
