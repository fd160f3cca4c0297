// The shortest edit between two texts, by the greedy algorithm of Myers, "An O(ND) difference algorithm and its variations" (1986), over code points.
import { Builder, type Operation } from "./operation.ts";

/** Beyond so many differences what is left counts as replaced: bounds time and memory by its square. */
const mostDifferences = 500;

const isHigh = (unit: number): boolean => unit >= 0xd800 && unit < 0xdc00;
const isLow = (unit: number): boolean => unit >= 0xdc00 && unit < 0xe000;

/** The operation that makes one text the other, and keeps what both have: edits of the one stay where they were in the other. */
export function difference(before: string, after: string): Operation {
  let front = 0;
  const shortest = Math.min(before.length, after.length);
  while (front < shortest && before.charCodeAt(front) === after.charCodeAt(front)) {
    front++;
  }
  if (front > 0 && isHigh(before.charCodeAt(front - 1))) {
    front--;
  }
  let back = 0;
  while (back < shortest - front && before.charCodeAt(before.length - back - 1) === after.charCodeAt(after.length - back - 1)) {
    back++;
  }
  if (back > 0 && isLow(before.charCodeAt(before.length - back))) {
    back--;
  }
  const [old, fresh] = [[...before.slice(front, before.length - back)], [...after.slice(front, after.length - back)]];
  const operation = new Builder().retain(front);
  let [oldAt, freshAt] = [0, 0];
  const differ = (oldEnd: number, freshEnd: number) => {
    operation.insert(fresh.slice(freshAt, freshEnd).join("")).delete(unitsOf(old, oldAt, oldEnd));
  };
  for (const [start, other, length] of matches(old, fresh)) {
    differ(start, other);
    operation.retain(unitsOf(old, start, start + length));
    [oldAt, freshAt] = [start + length, other + length];
  }
  differ(old.length, fresh.length);
  return operation.build();
}

function unitsOf(points: string[], start: number, end: number): number {
  let units = 0;
  for (let at = start; at < end; at++) {
    units += points[at]!.length;
  }
  return units;
}

/** Runs of equal items along the path, in order: where in the one, where in the other, how many. */
function matches(old: string[], fresh: string[]): [number, number, number][] {
  if (old.length === 0 || fresh.length === 0) {
    return [];
  }
  const frontiers = search(old, fresh);
  let diagonal = frontiers.diagonal;
  let x = frontiers.rounds.at(-1)![diagonal + frontiers.rounds.length - 1]!;
  const found: [number, number, number][] = [];
  for (let round = frontiers.rounds.length - 1; round >= 0; round--) {
    const previous = frontiers.rounds[round - 1];
    // It came down (an insertion) or from the left (a deletion) to where this run began.
    const down = previous !== undefined && comesDown(previous, round, diagonal);
    const from = down ? diagonal + 1 : diagonal - 1;
    const left = previous === undefined ? 0 : previous[from + round - 1]!;
    const start = previous === undefined || down ? left : left + 1;
    if (x > start) {
      found.push([start, start - diagonal, x - start]);
    }
    [x, diagonal] = [left, from];
  }
  return found.reverse();
}

/** Per round the farthest place on each diagonal (index: diagonal + round), and the diagonal of the last one to walk back from. */
function search(old: string[], fresh: string[]): { rounds: Int32Array[]; diagonal: number } {
  const rounds: Int32Array[] = [];
  for (let round = 0; ; round++) {
    const frontier = new Int32Array(2 * round + 1);
    rounds.push(frontier);
    let [best, farthest] = [0, -1];
    for (let diagonal = -round; diagonal <= round; diagonal += 2) {
      const previous = rounds[round - 1];
      let x = previous === undefined ? 0 : comesDown(previous, round, diagonal) ? previous[diagonal + round]! : previous[diagonal + round - 2]! + 1;
      while (x < old.length && x - diagonal < fresh.length && old[x] === fresh[x - diagonal]) {
        x++;
      }
      frontier[diagonal + round] = x;
      if (x <= old.length && x - diagonal <= fresh.length && 2 * x - diagonal > farthest) {
        [best, farthest] = [diagonal, 2 * x - diagonal];
      }
    }
    if (farthest === old.length + fresh.length || round === mostDifferences) {
      return { rounds, diagonal: best };
    }
  }
}

const comesDown = (before: Int32Array, round: number, diagonal: number): boolean =>
  diagonal === -round || (diagonal !== round && before[diagonal + round - 2]! < before[diagonal + round]!);
