import assert from "node:assert/strict";
import { test } from "node:test";
import { countWords, mostCommon } from "../src/counting.js";

test("words are counted whatever their case", () => {
  assert.deepEqual([...countWords("The cat saw the dog")], [["the", 2], ["cat", 1], ["saw", 1], ["dog", 1]]);
});

test("a text without words has none", () => {
  assert.equal(countWords("... --- !").size, 0);
});

test("an apostrophe belongs to its word", () => {
  assert.equal(countWords("don't").get("don't"), 1);
});

test("ties are in alphabetical order", () => {
  assert.deepEqual(mostCommon("b a c a b", 2), [["a", 2], ["b", 2]]);
});
