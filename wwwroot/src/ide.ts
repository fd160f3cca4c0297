// The IDE page: joins the parts. Everything here talks to the API and the hubs; the circuit only adds dialogs and may come and go.
import type { editor } from "monaco-editor/editor/editor.api.js";
import { AgentPanel } from "./agents/agentPanel";
import { OpenError, openDocument, prepare } from "./documents/open";
import { clearAgentMarks, markAgentEdit } from "./editor/agentMarks";
import { sizeOf } from "./editor/binaryView";
import type { SyncedDocument } from "./editor/documentSync";
import { Editors } from "./editor/editors";
import { LargeFile } from "./editor/largeFile";
import { People, type Place } from "./editor/people";
import { drawProblems } from "./editor/problems";
import { keepSettings, settings, type EditorSettings } from "./editor/settings";
import { OutputPanel } from "./executions/output";
import { TestsPanel } from "./executions/testsPanel";
import { showHistory, toggleBlame } from "./history/open";
import { ApiError, getJson, workspaceId, workspaceUrl } from "./shell/api";
import { follow } from "./shell/events";
import { listen, register, run } from "./shell/commands";
import { byId } from "./shell/dom";
import { fontsLoaded } from "./shell/fonts";
import { currentPanel, isNarrow, isShown, onPanel, show, showPanel, showSide, startFrame, togglePanel } from "./shell/frame";
import { fail, toast } from "./shell/overlays";
import { openPalette } from "./shell/palette";
import { colourOfActor } from "./shell/presence";
import { setStatus } from "./shell/status";
import { currentTheme, setTheme } from "./shell/theme";
import type { TerminalPanel } from "./terminals/terminalPanel";
import { Explorer } from "./workspaces/explorer";
import { showImport, showMissing } from "./workspaces/notReady";
import { startSearch } from "./workspaces/search";
import { gitBranch, sandbox } from "./workspaces/surroundings";
import { FileIndex } from "./workspaces/treeModel";
import type { WorkspaceView } from "./workspaces/workspaceList";

interface Circuit {
  invokeMethodAsync(method: string, ...args: unknown[]): Promise<unknown>;
}

const monacoReady = import("./editor/monaco").then((module) => {
  const later = () => void module.services();
  "requestIdleCallback" in window ? requestIdleCallback(later, { timeout: 4000 }) : setTimeout(later, 2000);
  return module.monaco;
});

let circuit: Circuit | null = null;
let terminals: Promise<TerminalPanel> | null = null;
let role = "owner";
let opened = 0;
const files = new FileIndex();
/** Bytes up to which a file opens for editing at once, and up to which one is shown whole. */
const editedAtOnce = 4 * 1024 * 1024;
const shownWhole = 32 * 1024 * 1024;

const personId = byId("ide").dataset.user!;

const editors = new Editors(monacoReady, async (monaco, path, large) => {
  // Numbered: a file that was renamed keeps its model, and another may come to its old place.
  const uri = monaco.Uri.from({ scheme: "codex", path: `/${workspaceId}/${path}`, fragment: String(++opened) });
  const changed = (document: SyncedDocument) => {
    editors.documentChanged(document);
    drawSync();
  };
  try {
    return await openDocument(monaco, {
      workspaceId, path, person: personId, uri, colourOf: colourOfActor, mostBytes: large ? undefined : editedAtOnce,
      events: {
        changed,
        presence: (document, person, here) => people.inDocument(document, person, here),
        cursor: (document, person, offset) => people.cursorMoved(document, person, offset),
        agentEdited: (document, first, last) => markAgentEdit(editors, document.path, first, last),
        // What the server will never take is the person's still: as long as the page is open it can be copied.
        notice: (_, text, lost) => toast(text, lost === undefined ? {} : { failed: true, seconds: 24 * 3600, action: { label: "Copy what I typed", run: () => void navigator.clipboard.writeText(lost) } }),
        moved: (_, from, to) => moved(from, to),
      },
    });
  } catch (error) {
    if (!(error instanceof OpenError)) {
      throw error;
    }
    switch (error.code) {
      case "binary": case "invalidEncoding":
        throw new ApiError(415, "not-text", error.message);
      case "tooLarge":
        if (large || (await sizeOf(path)) > shownWhole) {
          throw new ApiError(413, "too-large", error.message);
        }
        return LargeFile.open(monaco, path, { changed }, uri);
      case "notFound": case "gone":
        throw new ApiError(404, "not-found", "This file does not exist any more.");
      default:
        throw error;
    }
  }
});

const people = new People(editors, personId, (path, colour) => explorer.markHere(path, colour));

function moved(from: string, to: string): void {
  explorer.moved(from, to);
  people.move(from, to);
  editors.moved(from, to);
}

const output = new OutputPanel();
const explorer = new Explorer({
  openFile: (path, options) => {
    void editors.open(path, options);
    if (isNarrow()) {
      show("explorer", false);
    }
  },
  moved,
  settled: (path) => editors.settled(path),
  deleted: (path) => editors.deleted(path),
  canWrite: () => role.toLowerCase() !== "viewer",
});
const tests = new TestsPanel({
  open: (path, line) => void editors.open(path, { place: { line }, mark: true }),
  output: (text, reset) => output.write(text, reset),
  failedFiles: (paths) => explorer.markFailed(paths),
});
const agent = new AgentPanel({
  openFile: (path) => void editors.open(path, { keep: true }),
  reviewed: () => clearAgentMarks(editors),
  failingTests: () => tests.failing,
});

function openTerminal(focus = true): Promise<TerminalPanel> {
  terminals ??= import("./terminals/terminalPanel").then((module) => new module.TerminalPanel()).then((panel) => (panel.shown(focus), panel));
  return terminals;
}

function palette(initial: string): void {
  openPalette({
    files: () => files.all(),
    recent: () => editors.recent,
    open: (path, line) => (path === "" ? goTo(line ?? 1) : void editors.open(path, { keep: true, place: line ? { line } : undefined })),
  }, initial);
}

function goTo(line: number): void {
  const view = editors.activeEditor;
  view?.setPosition({ lineNumber: line, column: 1 });
  view?.revealLineInCenter(line);
  view?.focus();
}

function drawSync(): void {
  const states = editors.openPaths.map((path) => editors.document(path)).filter((document) => document !== undefined);
  const unsent = states.reduce((sum, document) => sum + document.unsent, 0);
  if (refused !== null || !online || states.some((document) => document.state === "offline")) {
    const what = refused?.what ?? "Offline";
    setStatus("sync", { text: unsent ? `${what} (${unsent} unsent)` : what, icon: refused ? "warning" : "wifi-off", className: "offline", title: refused?.why ?? "Changes are kept in this browser and sent when the server answers" });
  } else {
    setStatus("sync", editors.hasUnsaved ? { text: "Saving", icon: "refresh" } : { text: "Saved", icon: "passed" });
  }
}

let online = true;
/** Why the server, which answers, does not let this page in any more. */
let refused: { what: string; why: string } | null = null;

/** The events broke off: a server that answers tells whether it was the connection or the person's right to be here. */
async function askWhyAway(): Promise<void> {
  const before = refused;
  try {
    await getJson<WorkspaceView>(workspaceUrl(""));
    refused = null;
  } catch (error) {
    const status = error instanceof ApiError ? error.status : 0;
    if (status === 401) {
      refused = { what: "Signed out", why: "You are signed out. What is not sent yet stays in this browser and is sent after you sign in again." };
    } else if (status === 403 || status === 404) {
      refused = { what: "No access", why: "You no longer have access to this workspace. What is not sent yet stays in this browser." };
    } else {
      refused = null;
    }
  }
  if (refused !== null && refused.what !== before?.what) {
    const action = refused.what === "Signed out" ? { label: "Sign in", run: () => location.assign(`/sign-in?next=${encodeURIComponent(location.pathname)}`) } : { label: "All workspaces", run: () => location.assign("/") };
    toast(refused.why, { failed: true, action, seconds: 24 * 3600 });
  }
  drawSync();
}

const monacoAction = (id: string) => () => {
  const view = editors.activeEditor;
  view?.focus();
  view?.trigger("palette", id, null);
};
const hasEditor = () => editors.activeEditor !== undefined;

register(
  { id: "palette.files", title: "Go to file", key: "Ctrl+P", run: () => palette("") },
  { id: "palette.commands", title: "Show all commands", key: "Ctrl+Shift+P", run: () => palette(">") },
  { id: "palette.commands.f1", title: "Show all commands (F1)", key: "F1", when: () => document.activeElement?.closest(".xterm") === null, run: () => palette(">") },
  { id: "file.save", title: "Save", key: "Ctrl+S", run: () => editors.save() },
  { id: "follow.choose", title: "Follow somebody or the agent", run: () => people.choose() },
  { id: "follow.agent", title: "Follow the agent", run: () => people.followAgent() },
  { id: "follow.stop", title: "Stop following", when: () => people.isFollowing, run: () => people.stop() },
  { id: "file.editLarge", title: "Edit this large file", when: () => editors.isLarge, run: () => editors.editLarge() },
  { id: "view.explorer", title: "Show or hide the explorer", key: "Ctrl+B", run: () => showSide("explorer", true) },
  { id: "view.search", title: "Search in files", key: "Ctrl+Shift+F", run: () => (showSide("search"), byId("search-query").focus()) },
  { id: "view.terminal", title: "Show or hide the terminal", key: "Ctrl+`", run: () => (togglePanel("terminal"), isShown("panel") || editors.focus()) },
  { id: "terminal.new", title: "New terminal", key: "Ctrl+Shift+`", run: async () => { const had = terminals !== null; showPanel("terminal"); const panel = await openTerminal(); if (had) { await panel.add(); } } },
  { id: "view.tests", title: "Show or hide the tests", run: () => togglePanel("tests") },
  { id: "tests.show", title: "Show the tests", run: () => showPanel("tests") },
  { id: "view.problems", title: "Show the problems", key: "Ctrl+Shift+M", run: () => showPanel("problems") },
  { id: "view.output", title: "Show the output", run: () => showPanel("output") },
  { id: "view.panel", title: "Show or hide the bottom panel", key: "Ctrl+J", run: () => (show("panel", !isShown("panel")), isShown("panel") || editors.focus()) },
  { id: "view.agent", title: "Show or hide the agent", run: () => show("agent", !isShown("agent")) },
  { id: "view.agent.show", title: "Ask the agent", key: "Ctrl+Shift+A", run: () => agent.focus() },
  { id: "tests.run", title: "Run tests", run: () => { showPanel("tests"); return tests.start(); } },
  { id: "tests.runFailed", title: "Run failed tests again", run: () => { showPanel("tests"); tests.runFailed(); } },
  { id: "tests.cancel", title: "Cancel the test run", when: () => tests.isRunning, run: () => tests.cancel() },
  { id: "agent.fix", title: "Fix failing tests", run: () => agent.fixTests() },
  { id: "explorer.newFile", title: "New file", run: () => { showSide("explorer"); explorer.create("file"); } },
  { id: "explorer.newFolder", title: "New folder", run: () => { showSide("explorer"); explorer.create("folder"); } },
  { id: "explorer.upload", title: "Upload files", run: () => explorer.chooseUpload() },
  { id: "explorer.uploadFolder", title: "Upload a folder", run: () => explorer.chooseUpload(true) },
  { id: "explorer.collapse", title: "Collapse all folders", run: () => explorer.collapseAll() },
  { id: "explorer.reveal", title: "Show the open file in the explorer", run: () => { showSide("explorer"); return editors.activePath ? explorer.reveal(editors.activePath) : undefined; } },
  { id: "explorer.focus", title: "Focus the explorer", key: "Ctrl+Shift+E", run: () => { showSide("explorer"); explorer.focus(); } },
  { id: "editor.split", title: "Split the editor", key: "Ctrl+\\", run: () => editors.split() },
  { id: "editor.close", title: "Close the tab", key: "Alt+W", run: () => editors.close() },
  { id: "editor.next", title: "Next tab", key: "Ctrl+PageDown", run: () => editors.step(1) },
  { id: "editor.previous", title: "Previous tab", key: "Ctrl+PageUp", run: () => editors.step(-1) },
  { id: "editor.moveRight", title: "Move the tab to the right", key: "Ctrl+Shift+PageDown", run: () => editors.shift(1) },
  { id: "editor.moveLeft", title: "Move the tab to the left", key: "Ctrl+Shift+PageUp", run: () => editors.shift(-1) },
  ...[1, 2, 3].map((index) => ({ id: `editor.group${index}`, title: `Focus editor group ${index}`, key: `Ctrl+${index}`, run: () => editors.focusGroupAt(index - 1) })),
  { id: "editor.goToLine", title: "Go to line", key: "Ctrl+G", when: hasEditor, run: () => palette(":") },
  { id: "editor.find", title: "Find", when: hasEditor, run: monacoAction("actions.find") },
  { id: "editor.replace", title: "Replace", when: hasEditor, run: monacoAction("editor.action.startFindReplaceAction") },
  { id: "editor.format", title: "Format the document", when: hasEditor, run: monacoAction("editor.action.formatDocument") },
  { id: "editor.symbol", title: "Go to symbol in the file", when: hasEditor, run: monacoAction("editor.action.quickOutline") },
  { id: "file.history", title: "History of the file", when: hasEditor, run: () => showHistory(editors, monacoReady, role.toLowerCase() !== "viewer") },
  { id: "editor.blame", title: "Show or hide who wrote the line", when: hasEditor, run: () => toggleBlame(editors) },
  { id: "theme.toggle", title: "Switch between dark and light", run: () => chooseTheme(currentTheme() === "dark" ? "light" : "dark") },
  { id: "settings.open", title: "Settings", key: "Ctrl+,", run: () => openSettings() },
  { id: "workspace.list", title: "All workspaces", run: () => location.assign("/") },
  { id: "workspace.download", title: "Download the workspace", run: () => location.assign(workspaceUrl("/archive")) },
);

function chooseTheme(theme: "dark" | "light"): void {
  setTheme(theme);
  void circuit?.invokeMethodAsync("ThemeChanged", theme === "dark").catch(() => undefined);
}

function openSettings(): void {
  if (!circuit) {
    toast("Settings need a new connection to the server.", { action: { label: "Reload", run: () => location.reload() } });
    return;
  }
  circuit.invokeMethodAsync("OpenSettings", currentTheme() === "dark", settings()).catch((error: unknown) => fail("Settings could not be opened.", error));
}

// The circuit carries dialogs only. While it is away the page goes on; one that is gone for good is replaced at the next reload.
function watchCircuit(): void {
  const banner = byId("components-reconnect-modal");
  const away = new Set(["show", "retrying"]);
  banner.addEventListener("components-reconnect-state-changed", (event) => {
    const state = (event as CustomEvent<{ state: string }>).detail.state;
    banner.toggleAttribute("data-away", away.has(state));
    if (state === "rejected") {
      circuit = null;
    } else if (state === "failed") {
      window.setTimeout(() => void (window as unknown as { Blazor: { reconnect(): Promise<boolean> } }).Blazor.reconnect().catch(() => undefined), 5000);
    }
  });
}

/** The circuit has come; called again after a new one replaced a lost one. */
export function attachCircuit(reference: Circuit): void {
  circuit = reference;
}

export { chooseTheme as setTheme };

/** From the settings dialog: what to keep, and Monaco's own options for it. */
export function applySettings(changed: EditorSettings, options: editor.IEditorOptions): void {
  keepSettings(changed);
  editors.views.forEach((view) => view.updateOptions(options));
  editors.documents.forEach((document) => document.model.updateOptions({ tabSize: changed.tabSize }));
}

async function loadWorkspace(): Promise<void> {
  const workspace = await getJson<WorkspaceView>(workspaceUrl(""));
  role = workspace.role;
  byId("workspace-name").textContent = workspace.name;
  byId("workspace-name").title = workspace.name;
  document.title = `${workspace.name} · Codex Cloud IDE`;
  if (workspace.state !== "ready") {
    showImport(workspace);
  }
}

function watch(): void {
  let timer = 0;
  const changed = new Set<string>();
  follow("workspaces", workspaceId, (name, data) => {
    if (name === "tree.changed") {
      const paths = (data as { paths?: string[] }).paths ?? [""];
      paths.forEach((path) => changed.add(path));
      tests.filesChanged();
      files.changed();
      window.clearTimeout(timer);
      timer = window.setTimeout(() => {
        const list = [...changed];
        changed.clear();
        editors.changedOnDisk(list);
        void explorer.refresh(list.length > 50 ? undefined : list).catch(() => undefined);
      }, 150);
    } else if (name === "document.saved") {
      tests.filesChanged();
    } else if (name === "presence.changed") {
      people.moved(data as Place);
    } else if (name === "task.changed") {
      agent.taskChanged(data);
    } else if (name === "testRun.changed") {
      tests.runChanged(data);
    } else if (name === "workspace.deleted") {
      location.assign("/");
    } else if (name === "workspace.changed") {
      void loadWorkspace().catch(() => undefined);
    }
  }, (open) => {
    if (open && !online) {
      files.changed();
      void explorer.refresh().catch(() => undefined);
    }
    online = open;
    if (open) {
      void people.load().catch(() => undefined);
      refused = null;
    } else {
      void askWhyAway();
    }
    drawSync();
  });
}

prepare();
startFrame();
listen();
/** Why there are no files, if there are none, the workspace's state tells; an import may end between the two questions. */
async function startExplorer(): Promise<void> {
  try {
    await explorer.start();
  } catch (error) {
    if (error instanceof ApiError && error.status === 409) {
      window.setTimeout(() => void startExplorer(), 500);
    }
  }
}

watchCircuit();
void startExplorer();
void loadWorkspace().catch(showMissing);
void editors.restore();
startSearch((path, line, column) => void editors.open(path, { place: { line, column } }));
onPanel((panel) => panel === "terminal" && void openTerminal());
editors.shown.add(drawSync);
void monacoReady.then((monaco) => {
  void fontsLoaded.then(() => monaco.editor.remeasureFonts());
  monaco.editor.onDidChangeMarkers(() => drawProblems(monaco, editors));
  drawProblems(monaco, editors);
  if (isShown("panel") && currentPanel() === "terminal") {
    void openTerminal(false);
  }
});
watch();
void agent.start();
void sandbox();
void gitBranch();
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && void gitBranch());
window.addEventListener("beforeunload", (event) => {
  const unsent = editors.openPaths.some((path) => (editors.document(path)?.unsent ?? 0) > 0);
  if (unsent && !online) {
    event.preventDefault();
  }
});
// Outside the circuit: a dialog of the framework must not be able to run them twice.
Object.assign(window, { codex: { run, editors } });
