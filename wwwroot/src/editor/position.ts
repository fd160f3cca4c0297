// The status bar's share of the text: where the cursor is, the language, how the file is stored.
import type { editor } from "monaco-editor/editor/editor.api.js";
import { setStatus } from "../shell/status";
import type { SyncedDocument } from "./documentSync";

const names: Record<string, string> = { csharp: "C#", cpp: "C++", javascript: "JavaScript", typescript: "TypeScript", plaintext: "Plain text", json: "JSON", html: "HTML", css: "CSS", xml: "XML", yaml: "YAML", sql: "SQL", php: "PHP" };
const languageName = (id: string) => names[id] ?? id.charAt(0).toUpperCase() + id.slice(1);

export function drawPosition(view: editor.ICodeEditor | undefined, document: SyncedDocument | undefined): void {
  const model = view?.getModel();
  const position = view?.getPosition();
  setStatus("position", model && position ? { text: `Ln ${position.lineNumber}, Col ${position.column}`, title: "Go to line (Ctrl+G)", command: "editor.goToLine" } : null);
  setStatus("language", model ? { text: languageName(model.getLanguageId()) } : null);
  setStatus("eol", model && document ? { text: document.lineEnding, title: `Lines end with ${document.lineEnding}; ${document.encoding}. Both stay as they are.` } : null);
  setStatus("access", document?.state === "readOnly" ? { text: "Read only", title: document.largeBytes !== undefined ? "This file is large: choose Edit to change it" : "Editing needs the role developer or higher" } : null);
}
