// A document without the hub: the file is read once and written back when saved. Used for files too large for live editing and while the hub is away at the start.
import type { editor } from "monaco-editor/editor/editor.api.js";
import { encodePath, send, workspaceUrl } from "../shell/api";
import type { Monaco } from "./monaco";
import type { SyncedDocument, SyncEvents, SyncState } from "./documentSync";

export class FileDocument implements SyncedDocument {
  state: SyncState = "saved";
  unsent = 0;
  readonly model: editor.ITextModel;
  private timer = 0;

  constructor(monaco: Monaco, readonly path: string, text: string, private readonly events: Partial<SyncEvents>, uri: ReturnType<Monaco["Uri"]["parse"]>) {
    this.model = monaco.editor.createModel(text, undefined, uri);
    this.model.onDidChangeContent(() => {
      this.unsent++;
      this.become("saving");
      window.clearTimeout(this.timer);
      this.timer = window.setTimeout(() => void this.save().catch(() => undefined), 1500);
    });
  }

  async save(): Promise<void> {
    window.clearTimeout(this.timer);
    if (this.unsent === 0) {
      return;
    }
    const version = this.model.getAlternativeVersionId();
    try {
      await send("PUT", workspaceUrl(`/files/${encodePath(this.path)}`), this.model.getValue());
      if (this.model.getAlternativeVersionId() === version) {
        this.unsent = 0;
        this.become("saved");
      }
    } catch (error) {
      this.become("offline");
      this.timer = window.setTimeout(() => void this.save().catch(() => undefined), 3000);
      throw error;
    }
  }

  attach(): () => void {
    return () => undefined;
  }

  dispose(): void {
    window.clearTimeout(this.timer);
    this.model.dispose();
  }

  private become(state: SyncState): void {
    this.state = state;
    this.events.changed?.(this);
  }
}
