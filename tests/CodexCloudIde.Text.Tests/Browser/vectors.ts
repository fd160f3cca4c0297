// Passes the vectors that the C# code generated, or says which one it does not.
import { readFileSync } from "node:fs";
import { apply, compose, invert, map, transform, type Operation } from "../../../wwwroot/src/documents/operation.ts";
import { difference } from "../../../wwwroot/src/documents/difference.ts";

interface Vector {
  text: string;
  first: Operation;
  second: Operation;
  next: Operation;
  applied: string;
  inverse: Operation;
  composed: Operation;
  earlier: Operation;
  later: Operation;
  position: number;
  before: number;
  after: number;
}

const vectors = JSON.parse(readFileSync(process.argv[2]!, "utf8")) as Vector[];
for (const [index, vector] of vectors.entries()) {
  const check = (what: string, mine: unknown, theirs: unknown) => {
    if (JSON.stringify(mine) !== JSON.stringify(theirs)) {
      console.error(`vector ${index}: ${what} is ${JSON.stringify(mine)}, not ${JSON.stringify(theirs)}\n${JSON.stringify(vector)}`);
      process.exit(1);
    }
  };
  const [earlier, later] = transform(vector.first, vector.second);
  check("apply", apply(vector.first, vector.text), vector.applied);
  check("invert", invert(vector.first, vector.text), vector.inverse);
  check("compose", compose(vector.first, vector.next), vector.composed);
  check("earlier", earlier, vector.earlier);
  check("later", later, vector.later);
  check("map before", map(vector.first, vector.position, "before"), vector.before);
  check("map after", map(vector.first, vector.position, "after"), vector.after);
  check("difference", apply(difference(vector.text, vector.applied), vector.text), vector.applied);
}
console.log(`${vectors.length} vectors passed`);
