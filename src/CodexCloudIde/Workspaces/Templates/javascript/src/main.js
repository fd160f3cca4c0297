import { readFileSync } from "node:fs";
import { argv } from "node:process";
import { mostCommon } from "./counting.js";

for (const [word, count] of mostCommon(readFileSync(argv[2], "utf8"))) {
  console.log(`${String(count).padStart(6)} ${word}`);
}
