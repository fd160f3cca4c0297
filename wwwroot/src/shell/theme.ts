// One table of colours for the page, Monaco and the terminal.
import tokens from "./tokens.json";

export type ThemeName = "dark" | "light";
type Listener = (theme: ThemeName) => void;
const listeners = new Set<Listener>();

export const currentTheme = (): ThemeName => (document.documentElement.dataset.theme === "light" ? "light" : "dark");

export function setTheme(theme: ThemeName): void {
  document.documentElement.dataset.theme = theme;
  document.cookie = `theme=${theme}; path=/; max-age=31536000; samesite=lax`;
  document.querySelector("meta[name=theme-color]")?.setAttribute("content", tokens[theme].surface);
  listeners.forEach((listener) => listener(theme));
}

export const onTheme = (listener: Listener) => void listeners.add(listener);

export function monacoTheme(theme: ThemeName) {
  const t = tokens[theme];
  const syntax = tokens.syntax[theme];
  const rule = (token: string, colour: string, fontStyle?: string) => ({ token, foreground: colour.slice(1), fontStyle });
  return {
    base: (theme === "dark" ? "vs-dark" : "vs") as "vs-dark" | "vs",
    inherit: true,
    rules: [
      rule("", t.text), rule("keyword", syntax.keyword), rule("string", syntax.string), rule("number", syntax.number), rule("comment", syntax.comment, "italic"),
      rule("type", syntax.type), rule("tag", syntax.tag), rule("attribute.name", syntax.type), rule("function", syntax.function), rule("delimiter", t.muted),
      rule("identifier", t.text), rule("variable", t.text), rule("string.key.json", syntax.function), rule("string.value.json", syntax.string),
    ],
    colors: {
      "editor.background": t.base, "editor.foreground": t.text, "editorLineNumber.foreground": t.muted, "editorLineNumber.activeForeground": t.text,
      "editor.lineHighlightBackground": `${t.hover}80`, "editor.lineHighlightBorder": "#00000000", "editor.selectionBackground": `${t.accent}45`,
      "editor.inactiveSelectionBackground": `${t.accent}28`, "editorCursor.foreground": t.accent,
      "editor.wordHighlightBackground": `${t.accent}20`, "editor.wordHighlightTextBackground": `${t.accent}20`, "editor.wordHighlightStrongBackground": `${t.accent}30`, "editorWidget.background": t.raised,
      "editorWidget.border": t.line, "editorSuggestWidget.selectedBackground": t.selected, "editorHoverWidget.background": t.raised,
      "editorIndentGuide.background1": t.line, "editorIndentGuide.activeBackground1": t.muted, "editorGutter.background": t.base, "input.background": t.base,
      "input.border": t.line, focusBorder: t.accent, "list.hoverBackground": t.hover, "list.activeSelectionBackground": t.selected,
      "list.activeSelectionForeground": t.text, "scrollbarSlider.background": `${t.muted}35`, "scrollbarSlider.hoverBackground": `${t.muted}55`,
      "scrollbarSlider.activeBackground": `${t.muted}75`, "diffEditor.insertedTextBackground": `${t.passed}30`, "diffEditor.removedTextBackground": `${t.failed}30`,
      "menu.background": t.raised, "menu.border": t.line, "menu.foreground": t.text, "menu.selectionBackground": t.selected, "menu.selectionForeground": t.text,
      "editorOverviewRuler.border": "#00000000", "minimap.background": t.base, "widget.shadow": "#00000055", "editorStickyScroll.background": t.base,
      "editorError.foreground": t.failed, "editorWarning.foreground": t.warning,
    },
  };
}

export function terminalTheme(theme: ThemeName) {
  const t = tokens[theme];
  const syntax = tokens.syntax[theme];
  return {
    background: t.base, foreground: t.text, cursor: t.accent, cursorAccent: t.base, selectionBackground: `${t.accent}50`,
    black: theme === "dark" ? "#3a4154" : "#1a1d24", red: t.failed, green: t.passed, yellow: t.warning, blue: t.accent, magenta: t.agent, cyan: syntax.type,
    white: theme === "dark" ? "#c9d0de" : "#5a6372", brightBlack: t.muted, brightRed: t.failed, brightGreen: t.passed, brightYellow: t.warning,
    brightBlue: t.accent, brightMagenta: t.agent, brightCyan: syntax.type, brightWhite: t.text,
  };
}
