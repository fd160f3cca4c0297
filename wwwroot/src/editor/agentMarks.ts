// Where the agent wrote: a short glow as it happens, and a mark in the gutter until it is reviewed.
import type { Editors } from "./editors";

const glowFor = 700;
const className = "agent-mark";

export function markAgentEdit(editors: Editors, path: string, first: number, last: number): void {
  const model = editors.document(path)?.model;
  const range = { startLineNumber: first, startColumn: 1, endLineNumber: last, endColumn: 1 };
  for (const view of editors.views.filter((one) => model !== undefined && one.getModel() === model)) {
    const glow = view.createDecorationsCollection([{ range, options: { isWholeLine: true, className: "agent-glow" } }]);
    window.setTimeout(() => glow.clear(), glowFor);
  }
  model?.deltaDecorations([], [{ range, options: { isWholeLine: true, linesDecorationsClassName: className } }]);
}

export function clearAgentMarks(editors: Editors): void {
  for (const { model } of editors.documents) {
    const marks = model.getAllDecorations().filter((item) => item.options.linesDecorationsClassName === className);
    model.deltaDecorations(marks.map((item) => item.id), []);
  }
}
