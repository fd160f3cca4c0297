// The same edits through others' text engines: argument: a file with {start, end, edits:[[position, deleted, inserted]]}. One line of JSON per engine.
import { readFileSync } from "node:fs";
import { ChangeSet, Text } from "@codemirror/state";
import * as Y from "yjs";

const { start, end, edits } = JSON.parse(readFileSync(process.argv[2], "utf8"));

/** As a collaborating editor does it: a change arrives as JSON, becomes a set, is applied. */
function codeMirror() {
  let length = start.length;
  const wire = edits.map(([from, deleted, inserted]) => {
    const changes = ChangeSet.of({ from, to: from + deleted, insert: inserted }, length);
    length = changes.newLength;
    return JSON.stringify(changes);
  });
  const began = process.hrtime.bigint();
  let text = Text.of(start.split("\n"));
  for (const message of wire) {
    text = ChangeSet.fromJSON(JSON.parse(message)).apply(text);
  }
  return { seconds: Number(process.hrtime.bigint() - began) / 1e9, ok: text.toString() === end };
}

/** Two replicas: what one types is encoded and applied by the other. */
function yjs() {
  const [one, other] = [new Y.Doc(), new Y.Doc()];
  const [typed, shown] = [one.getText(), other.getText()];
  one.on("update", (update) => Y.applyUpdate(other, update));
  typed.insert(0, start);
  const began = process.hrtime.bigint();
  for (const [position, deleted, inserted] of edits) {
    one.transact(() => {
      if (deleted > 0) typed.delete(position, deleted);
      if (inserted !== "") typed.insert(position, inserted);
    });
  }
  return { seconds: Number(process.hrtime.bigint() - began) / 1e9, ok: shown.toString() === end };
}

for (const [name, run] of [["@codemirror/state, ChangeSet from JSON and apply", codeMirror], ["yjs, two replicas", yjs]]) {
  const rounds = [run(), run(), run()];
  console.log(JSON.stringify({ name, seconds: Math.min(...rounds.map((round) => round.seconds)), ok: rounds.every((round) => round.ok) }));
}
