// How the editor is set up; what a person changed is kept in this browser.
import type { editor } from "monaco-editor/editor/editor.api.js";
import { monospaced } from "../shell/fonts";
import { remember, remembered } from "../shell/dom";

export interface EditorSettings {
  fontSize: number;
  tabSize: number;
  wordWrap: boolean;
  minimap: boolean;
}

export const settings = (): EditorSettings => ({ fontSize: 13, tabSize: 4, wordWrap: false, minimap: false, ...remembered<Partial<EditorSettings>>("editor", {}) });
export const keepSettings = (changed: EditorSettings) => remember("editor", changed);

export function editorOptions(): editor.IStandaloneEditorConstructionOptions {
  const chosen = settings();
  return {
    automaticLayout: true,
    fontFamily: monospaced,
    fontSize: chosen.fontSize,
    lineHeight: Math.round((chosen.fontSize * 20) / 13),
    fontLigatures: false,
    minimap: { enabled: chosen.minimap },
    wordWrap: chosen.wordWrap ? "on" : "off",
    scrollBeyondLastLine: false,
    smoothScrolling: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    renderLineHighlight: "all",
    padding: { top: 6 },
    glyphMargin: false,
    lineNumbersMinChars: 4,
    lineDecorationsWidth: 14,
    fixedOverflowWidgets: true,
    bracketPairColorization: { enabled: false },
    occurrencesHighlight: "singleFile",
    scrollbar: { verticalScrollbarSize: 10, horizontalScrollbarSize: 10, useShadows: false },
    overviewRulerBorder: false,
    renderFinalNewline: "on",
    accessibilitySupport: "auto",
    ariaLabel: "Editor",
    tabFocusMode: false,
  };
}
