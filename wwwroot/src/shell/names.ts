// Names of files are anything but "/" and NUL: shown and typed in one line all the same.
const unreadable = /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]/g;
const escapes: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** A name as it can be read: line breaks, control characters and marks that turn the writing direction are spelled out. */
export const shown = (name: string): string =>
  name.replace(unreadable, (character) => escapes[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** A name as it can be typed into one line: spelled out like `shown`, with the backslash doubled where anything had to be. `parse` takes it back. */
export function editable(name: string): { text: string; parse: (typed: string) => string } {
  if (shown(name) === name) {
    return { text: name, parse: (typed) => typed };
  }
  const meaning: Record<string, string> = { n: "\n", r: "\r", t: "\t", "\\": "\\" };
  return {
    text: shown(name.replaceAll("\\", "\\\\")),
    parse: (typed) => typed.replace(/\\(?:u([0-9a-f]{4})|([nrt\\]))/g, (_, code: string | undefined, letter: string | undefined) => (code ? String.fromCharCode(Number.parseInt(code, 16)) : meaning[letter!]!)),
  };
}
