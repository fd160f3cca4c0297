// What is not acknowledged yet, kept beyond the page in IndexedDB.
//
// Each open document of each page has its own record, named by its client. While the page lives it holds a lock of the same name, so another page can tell
// what an ended page left behind from what a living one is about to send. The text that a record's edits are of lies beside it and is written when it becomes
// another one, which is seldom: a large text is not written for every key.
import { holdForThisPage } from "../shell/locks.ts";
import { identity } from "./operation.ts";
import { fits, type Pending, type PendingStore } from "./pending.ts";

const databaseName = "codex-documents";
const table = "pending";
const texts = "texts";
const large = 128 * 1024;
const shortPause = 100;
const longPause = 1000;

interface Stored extends Omit<Pending, "base"> {
  document: string;
  /** The whole text: what earlier versions wrote. */
  shadow?: string;
}

/** Records of one document of one person: `document` names workspace, checkout, path and person. */
export class IndexedPending implements PendingStore {
  private readonly waiting = new Map<string, Pending | null>();
  private readonly held = new Set<string>();
  /** The texts that are in the database, by client. */
  private readonly written = new Map<string, string>();
  private writing = false;

  constructor(private database: IDBDatabase | null, public document: string) {
    // A page that goes, or is looked away from, may not come back.
    globalThis.addEventListener?.("pagehide", () => void this.commit());
    globalThis.document?.addEventListener("visibilitychange", () => void this.commit());
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
    if (!this.database) {
      return mine;
    }
    const records = (await answerOf(this.database.transaction(table).objectStore(table).getAll()) ?? []) as Stored[];
    for (const record of records) {
      if (record.document === this.document && (await this.hold(record.clientId))) {
        const pending = await this.complete(record);
        if (pending && fits(pending)) {
          mine.push(pending);
        } else {
          this.remove(record.clientId);
        }
      }
    }
    void this.sweep(new Set(records.map((record) => record.clientId)));
    return mine;
  }

  private async complete({ shadow, document: _, ...record }: Stored): Promise<Pending | null> {
    if (shadow !== undefined) {
      return { ...record, base: shadow, since: identity };
    }
    const text = await answerOf(this.database!.transaction(texts).objectStore(texts).get(record.clientId)) as { text: string } | undefined;
    if (text) {
      this.written.set(record.clientId, text.text);
    }
    return text ? { ...record, base: text.text } : null;
  }

  /** Texts of ended pages that left nothing to send. */
  private async sweep(needed: ReadonlySet<string>): Promise<void> {
    const keys = (await answerOf(this.database!.transaction(texts).objectStore(texts).getAllKeys()) ?? []) as string[];
    for (const clientId of keys) {
      if (!needed.has(clientId) && !this.held.has(clientId) && (await this.hold(clientId))) {
        this.remove(clientId);
      }
    }
  }

  /** False when a living page has the record. */
  private async hold(clientId: string): Promise<boolean> {
    this.held.add(clientId);
    return holdForThisPage(`document-${clientId}`);
  }

  /** What is acknowledged at once need not be written at all; a large text least of all. */
  private pause(): Promise<void> {
    const units = Math.max(...[...this.waiting.values()].map((pending) => (pending && this.written.get(pending.clientId) !== pending.base ? pending.base.length : 0)));
    return globalThis.document?.hidden ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, units > large ? longPause : shortPause));
  }

  /** One write at a time, of what has changed by then: one record in another's place is one transaction. */
  private async write(): Promise<void> {
    if (this.writing || !this.database) {
      return;
    }
    this.writing = true;
    while (this.waiting.size > 0 && this.database) {
      for (const [clientId, pending] of this.waiting) {
        if (pending && !this.held.has(clientId)) {
          await this.hold(clientId);
        }
      }
      await this.pause();
      await this.commit();
    }
    this.writing = false;
  }

  /** What waits becomes one transaction, behind those that are under way. */
  private commit(): Promise<void> {
    const changes = [...this.waiting];
    if (changes.length === 0 || !this.database) {
      return Promise.resolve();
    }
    this.waiting.clear();
    return new Promise((resolve) => {
      let transaction: IDBTransaction;
      try {
        transaction = this.database!.transaction([table, texts], "readwrite", { durability: "strict" });
      } catch {
        // Closed for a page of a later version, which keeps what is typed there.
        this.database = null;
        resolve();
        return;
      }
      transaction.oncomplete = () => resolve();
      transaction.onerror = transaction.onabort = () => {
        // What is there is not known any more: everything is written again with the next change.
        changes.forEach(([clientId]) => this.written.delete(clientId));
        resolve();
      };
      const [records, bases] = [transaction.objectStore(table), transaction.objectStore(texts)];
      for (const [clientId, pending] of changes) {
        if (pending) {
          const { base, ...record } = pending;
          records.put({ ...record, document: this.document });
          if (this.written.get(clientId) !== base) {
            bases.put({ clientId, text: base });
            this.written.set(clientId, base);
          }
        } else {
          records.delete(clientId);
          // A large text stays for the next edit of it, as long as this page lives.
          if ((this.written.get(clientId)?.length ?? 0) <= large) {
            bases.delete(clientId);
            this.written.delete(clientId);
          }
        }
      }
      // Said by itself, or a page that goes before the answers come takes the transaction with it.
      transaction.commit();
    });
  }
}

/** The database, or null where the browser has none (private windows of some): then nothing outlives the page. */
export function openDatabase(): Promise<IDBDatabase | null> {
  return new Promise((resolve) => {
    if (!globalThis.indexedDB) {
      resolve(null);
      return;
    }
    const request = indexedDB.open(databaseName, 2);
    request.onupgradeneeded = (event) => [table, texts].slice(event.oldVersion).forEach((name) => request.result.createObjectStore(name, { keyPath: "clientId" }));
    request.onsuccess = () => {
      // A page of a later version need not wait for this one.
      request.result.onversionchange = () => request.result.close();
      resolve(request.result);
    };
    request.onerror = request.onblocked = () => resolve(null);
  });
}

function answerOf<T>(request: IDBRequest<T>): Promise<T | undefined> {
  return new Promise((resolve) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => resolve(undefined);
  });
}
