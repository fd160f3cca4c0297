// Fuzzy matching for the palette: all letters in order; whole words, beginnings and neighbours count more.

export interface Match {
  score: number;
  /** Indexes of the matched characters. */
  at: number[];
}

/** Null when the letters do not all occur in order. Searches from the end of a path first, where its name is. */
export function fuzzy(query: string, text: string): Match | null {
  if (query === "") {
    return { score: 0, at: [] };
  }
  const lower = text.toLowerCase();
  const wanted = query.toLowerCase();
  const slash = text.lastIndexOf("/") + 1;
  const inName = lower.indexOf(wanted, slash);
  if (inName >= 0) {
    const at = Array.from(wanted, (_, index) => inName + index);
    return { score: 1000 - (inName - slash) * 2 - text.length / 10 + (inName === slash ? 200 : 0), at };
  }
  return walk(wanted, lower, text, slash) ?? walk(wanted, lower, text, 0);
}

function walk(wanted: string, lower: string, text: string, from: number): Match | null {
  const at: number[] = [];
  let position = from;
  let score = from > 0 ? 300 : 0;
  for (const letter of wanted) {
    if (letter === " ") {
      continue;
    }
    const found = lower.indexOf(letter, position);
    if (found < 0) {
      return null;
    }
    const before = text[found - 1];
    score += found === position && at.length > 0 ? 12 : 1;
    score += before === undefined || before === "/" || before === "_" || before === "-" || before === "." ? 8 : 0;
    at.push(found);
    position = found + 1;
  }
  return { score: score - text.length / 10, at };
}
