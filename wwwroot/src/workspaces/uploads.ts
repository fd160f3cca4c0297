// Files from the person's own machine: dropped or chosen, folders walked, with progress, and a question before anything is replaced.
import { ApiError, encodePath, getJson, postJson, workspaceUrl } from "../shell/api";
import { h } from "../shell/dom";
import { shown } from "../shell/names";
import { choose, fail, progress, toast } from "../shell/overlays";
import { upload } from "../shell/upload";
import { treeUrl, type TreeEntry } from "./treeModel";

export interface Chosen {
  files: { path: string; file: File }[];
  /** Folders to be made although nothing may lie in them. */
  folders: string[];
}

const namedAtMost = 5;
/** The server refuses everything that follows as well: the connection is gone, the disk or the quota is full. */
const hopeless = new Set([0, 401, 403, 507]);

/** Opens the browser's dialog. */
export function pick(folder: boolean, chosen: (what: Chosen) => void): void {
  const input = h("input", { type: "file", multiple: true, webkitdirectory: folder });
  input.addEventListener("change", () => chosen({ files: [...input.files!].map((file) => ({ path: file.webkitRelativePath || file.name, file })), folders: [] }));
  input.click();
}

/** What a drop holds. The entries have to be taken before the event is over; walking them may take longer. */
export async function dropped(transfer: DataTransfer): Promise<Chosen> {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter((entry): entry is FileSystemEntry => !!entry);
  if (entries.length === 0) {
    return { files: [...transfer.files].map((file) => ({ path: file.name, file })), folders: [] };
  }
  const found: Chosen = { files: [], folders: [] };
  for (const entry of entries) {
    await walk(entry, found);
  }
  return found;
}

async function walk(entry: FileSystemEntry, found: Chosen): Promise<void> {
  const path = entry.fullPath.replace(/^\//, "");
  if (entry.isFile) {
    found.files.push({ path, file: await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject)) });
    return;
  }
  found.folders.push(path);
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  // A reader hands out some entries at a time, and none at the end.
  for (let batch: FileSystemEntry[] = []; ; ) {
    batch = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (batch.length === 0) {
      return;
    }
    for (const child of batch) {
      await walk(child, found);
    }
  }
}

/** Puts them below a folder. Resolves with how many files arrived. */
export async function uploadInto(folder: string, chosen: Chosen): Promise<number> {
  const below = (path: string) => (folder ? `${folder}/${path}` : path);
  const files = await withoutUnwanted(folder, chosen.files.map(({ path, file }) => ({ path: below(path), file })));
  if (files === null || files.length + chosen.folders.length === 0) {
    return 0;
  }
  const stop = new AbortController();
  const total = files.reduce((sum, { file }) => sum + file.size, 0);
  const bar = progress(files.length === 1 ? `Uploading ${shown(files[0]!.file.name)}` : `Uploading ${files.length} files`, () => stop.abort());
  let [done, before] = [0, 0];
  try {
    for (const path of chosen.folders) {
      await postJson(workspaceUrl("/folders"), { path: below(path) }).catch((error: unknown) => {
        // A folder that is there is what was wanted.
        if (!(error instanceof ApiError && error.status === 409)) {
          throw error;
        }
      });
    }
    for (const { path, file } of files) {
      const say = (bytes: number) => bar.say(files.length === 1 ? `Uploading ${shown(file.name)}` : `Uploading ${done + 1} of ${files.length}: ${shown(file.name)}`, total ? (before + bytes) / total : undefined);
      say(0);
      try {
        await upload(workspaceUrl(`/files/${encodePath(path)}`), file, { signal: stop.signal, sent: say });
        done++;
      } catch (error) {
        if (stop.signal.aborted) {
          break;
        }
        fail(`Could not upload ${shown(path)}.`, error);
        if (error instanceof ApiError && hopeless.has(error.status)) {
          break;
        }
      }
      before += file.size;
    }
  } catch (error) {
    fail("The folders could not be made.", error);
  } finally {
    bar.end();
  }
  if (stop.signal.aborted) {
    toast(`Cancelled. ${done} of ${files.length} files were uploaded.`);
  } else if (done > 0) {
    toast(files.length === 1 ? `Uploaded ${shown(files[0]!.path)}.` : `Uploaded ${done} of ${files.length} files.`);
  }
  return done;
}

/** Asks about files that are there already; null when the whole is called off. */
async function withoutUnwanted<T extends { path: string }>(folder: string, files: T[]): Promise<T[] | null> {
  const depth = files.reduce((most, { path }) => Math.max(most, path.split("/").length), 1) - (folder ? folder.split("/").length : 0);
  const there = files.length === 0 ? [] : await getJson<{ entries: TreeEntry[] }>(treeUrl(folder, depth)).then((answer) => answer.entries, () => []);
  const taken = new Set(there.filter((entry) => entry.kind !== "folder").map((entry) => entry.path));
  const twice = files.filter(({ path }) => taken.has(path));
  if (twice.length === 0) {
    return files;
  }
  const names = twice.slice(0, namedAtMost).map(({ path }) => shown(path)).join(", ");
  const more = twice.length > namedAtMost ? ` and ${twice.length - namedAtMost} more` : "";
  const all = twice.length === files.length;
  const answer = await choose<"skip" | "replace">(twice.length === 1 ? "Replace the file?" : `Replace ${twice.length} files?`, `Already in the workspace: ${names}${more}.`,
    all ? { replace: "Replace" } : { skip: "Upload the others", replace: "Replace" });
  return answer === null ? null : answer === "skip" ? files.filter(({ path }) => !taken.has(path)) : files;
}
