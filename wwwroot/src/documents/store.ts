// What is not acknowledged yet, kept beyond the page in IndexedDB.
//
// Each open document of each page has its own record, named by its client. While the page lives it holds a lock of the same name, so another page can tell
// what an ended page left behind from what a living one is about to send.
import { holdForThisPage } from "../shell/locks.ts";
import { fits, type Pending, type PendingStore } from "./pending.ts";

const databaseName = "codex-documents";
const table = "pending";
const large = 128 * 1024;
const shortPause = 100;
const longPause = 1000;

interface Stored extends Pending {
  document: string;
}

/** Records of one document of one person: `document` names workspace, checkout, path and person. */
export class IndexedPending implements PendingStore {
  private readonly waiting = new Map<string, Pending | null>();
  private readonly held = new Set<string>();
  private writing = false;
  private hurry: (() => void) | null = null;

  constructor(private readonly database: IDBDatabase | null, public document: string) {
    // A page that goes, or is looked away from, may not come back.
    globalThis.addEventListener?.("pagehide", () => this.hurry?.());
    globalThis.document?.addEventListener("visibilitychange", () => this.hurry?.());
  }

  put(pending: Pending): void {
    this.waiting.set(pending.clientId, pending);
    void this.write();
  }

  remove(clientId: string): void {
    this.waiting.set(clientId, null);
    void this.write();
  }

  /** What ended pages have left, now this page's. */
  async adopt(): Promise<Pending[]> {
    const mine: Pending[] = [];
    for (const record of await this.all()) {
      if (record.document === this.document && (await this.hold(record.clientId))) {
        if (fits(record)) {
          mine.push(record);
        } else {
          this.remove(record.clientId);
        }
      }
    }
    return mine;
  }

  private all(): Promise<Stored[]> {
    return new Promise((resolve) => {
      if (!this.database) {
        resolve([]);
        return;
      }
      const request = this.database.transaction(table).objectStore(table).getAll();
      request.onsuccess = () => resolve(request.result as Stored[]);
      request.onerror = () => resolve([]);
    });
  }

  /** False when a living page has the record. */
  private async hold(clientId: string): Promise<boolean> {
    this.held.add(clientId);
    return holdForThisPage(`document-${clientId}`);
  }

  /** What is acknowledged at once need not be written at all; and a record has the whole text in it, which is much to write for every key. */
  private pause(): Promise<void> {
    const units = Math.max(...[...this.waiting.values()].map((pending) => pending?.shadow.length ?? 0));
    return globalThis.document?.hidden ? Promise.resolve() : new Promise((resolve) => {
      const timer = setTimeout(resolve, units > large ? longPause : shortPause);
      this.hurry = () => (clearTimeout(timer), resolve());
    });
  }

  /** One write at a time, of what has changed by then: one record in another's place is one transaction. */
  private async write(): Promise<void> {
    if (this.writing || !this.database) {
      return;
    }
    this.writing = true;
    while (this.waiting.size > 0) {
      for (const [clientId, pending] of this.waiting) {
        if (pending && !this.held.has(clientId)) {
          await this.hold(clientId);
        }
      }
      await this.pause();
      const changes = [...this.waiting];
      this.waiting.clear();
      await new Promise<void>((resolve) => {
        const transaction = this.database!.transaction(table, "readwrite", { durability: "strict" });
        const records = transaction.objectStore(table);
        for (const [clientId, pending] of changes) {
          if (pending) {
            records.put({ ...pending, document: this.document });
          } else {
            records.delete(clientId);
          }
        }
        transaction.oncomplete = transaction.onerror = transaction.onabort = () => resolve();
      });
    }
    this.writing = false;
  }
}

/** The database, or null where the browser has none (private windows of some): then nothing outlives the page. */
export function openDatabase(): Promise<IDBDatabase | null> {
  return new Promise((resolve) => {
    if (!globalThis.indexedDB) {
      resolve(null);
      return;
    }
    const request = indexedDB.open(databaseName, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(table, { keyPath: "clientId" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => resolve(null);
  });
}
