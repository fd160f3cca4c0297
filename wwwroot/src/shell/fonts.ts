// The one family of editor and terminal. Both measure a character's width once and place text by it: what was measured before
// the font came has to be measured anew, or cursors stand beside their characters.
export const monospaced = '"JetBrains Mono", ui-monospace, "DejaVu Sans Mono", monospace';

/** When every weight is there, or will not come; without them the next family is used. */
export const fontsLoaded: Promise<void> = Promise.allSettled(["400", "700"].map((weight) => document.fonts.load(`${weight} 13px ${monospaced}`))).then(() => undefined);
