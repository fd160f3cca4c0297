const word = /[\p{L}\p{N}]+(?:['’][\p{L}\p{N}]+)*/gu;

/** How often each word occurs, whatever its case. */
export function countWords(text) {
  const counts = new Map();
  for (const [found] of text.matchAll(word)) {
    const key = found.toLowerCase();
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

/** The most frequent words, ties in alphabetical order. */
export function mostCommon(text, limit = 10) {
  return [...countWords(text)]
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .slice(0, limit);
}
