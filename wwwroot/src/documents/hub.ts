// The documents hub: one connection per page for all its documents, which comes back by itself.
import { HttpTransportType, HubConnectionBuilder, HubConnectionState, LogLevel, type HubConnection } from "@microsoft/signalr";
import { MessagePackHubProtocol } from "@microsoft/signalr-protocol-msgpack";
import { canonical, type Step } from "./operation.ts";
import type { CursorMoved, CursorRange, Edited, Listener, OpenAnswer, OpenRequest, Submission, SubmitAnswer, Transport } from "./protocol.ts";

const longestPause = 5000;
const keptEarly = 1000;

export class DocumentHub implements Transport {
  private readonly connection: HubConnection;
  /** By document id: an editor, its successor, and whoever sends what other pages left. */
  private readonly listeners = new Map<string, Set<Listener>>();
  /** While an answer is awaited: what was told before it, and which documents nobody here wants any more unless the answer is one of them. */
  private readonly opening = { count: 0, early: [] as Edited[], leaving: new Set<string>() };
  private starting: Promise<void> | undefined;

  constructor(address = "/hubs/documents") {
    // A WebSocket at once: there is nothing to negotiate, and one round trip less before the first keystroke.
    this.connection = new HubConnectionBuilder().withUrl(address, { skipNegotiation: true, transport: HttpTransportType.WebSockets }).withHubProtocol(new MessagePackHubProtocol()).configureLogging(LogLevel.None)
      .withAutomaticReconnect({ nextRetryDelayInMilliseconds: (context) => Math.min(100 * 2 ** context.previousRetryCount, longestPause) * (0.5 + Math.random() / 2) })
      .build();
    this.connection.on("Edited", (event: Edited) => this.edited(event));
    this.connection.on("Cursor", (event: CursorMoved) => this.listeners.get(event.documentId)?.forEach((listener) => listener.cursor(event)));
    this.connection.on("Reset", (event: { documentId: string }) => this.listeners.get(event.documentId)?.forEach((listener) => listener.reset()));
    this.connection.on("Moved", (event: { documentId: string; path: string }) => this.listeners.get(event.documentId)?.forEach((listener) => listener.moved(event.path)));
    this.connection.on("Gone", (event: { documentId: string }) => this.listeners.get(event.documentId)?.forEach((listener) => listener.moved(null)));
    this.connection.onreconnecting(() => this.tell(false));
    this.connection.onreconnected(() => this.tell(true));
    this.connection.onclose(() => {
      this.starting = undefined;
      this.tell(false);
      // The server ended it on purpose (rights have changed) or is gone: begin anew.
      setTimeout(() => void this.start().then(() => this.tell(true)).catch(() => undefined), 1000);
    });
    // A phone that wakes up, a network that is back: at once, not at the next try.
    globalThis.addEventListener?.("online", () => void this.wake());
    globalThis.document?.addEventListener("visibilitychange", () => void this.wake());
  }

  /** Connects ahead of the first document. */
  connect(): void {
    void this.start().catch(() => undefined);
  }

  get connected(): boolean {
    return this.connection.state === HubConnectionState.Connected;
  }

  async open(request: OpenRequest, client: Listener): Promise<OpenAnswer> {
    await this.start();
    this.opening.count++;
    try {
      const answer = await this.connection.invoke<OpenAnswer>("Open", request);
      if (answer.documentId) {
        this.listeners.set(answer.documentId, (this.listeners.get(answer.documentId) ?? new Set()).add(client));
        answer.operations = answer.operations?.map(normal) ?? null;
        const mine = this.opening.early.filter((event) => event.documentId === answer.documentId);
        queueMicrotask(() => mine.forEach((event) => client.edited(event)));
      }
      return answer;
    } finally {
      if (--this.opening.count === 0) {
        this.opening.early = [];
        this.opening.leaving.forEach((documentId) => this.leave(documentId));
        this.opening.leaving.clear();
      }
    }
  }

  async submit(submission: Submission): Promise<SubmitAnswer> {
    const answer = await this.connection.invoke<SubmitAnswer>("Submit", submission);
    return answer.operation ? { ...answer, operation: canonical(answer.operation as Step[]) } : answer;
  }

  save(documentId: string): Promise<SubmitAnswer> {
    return this.connection.invoke<SubmitAnswer>("Save", { documentId });
  }

  setCursor(documentId: string, revision: number, ranges: CursorRange[]): void {
    void this.connection.send("SetCursor", { documentId, revision, ranges }).catch(() => undefined);
  }

  close(documentId: string, client: Listener): void {
    const listeners = this.listeners.get(documentId);
    if (listeners?.delete(client) && listeners.size === 0) {
      this.listeners.delete(documentId);
      if (this.opening.count > 0) {
        this.opening.leaving.add(documentId);
      } else {
        this.leave(documentId);
      }
    }
  }

  private leave(documentId: string): void {
    if (!this.listeners.has(documentId)) {
      void this.connection.send("Close", { documentId }).catch(() => undefined);
    }
  }

  private start(): Promise<void> {
    if (this.connected) {
      return Promise.resolve();
    }
    this.starting ??= this.startUntilThere();
    return this.starting;
  }

  private async startUntilThere(): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      if (this.connection.state !== HubConnectionState.Disconnected) {
        break;
      }
      try {
        await this.connection.start();
        break;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, Math.min(200 * 2 ** attempt, longestPause)));
      }
    }
    this.starting = undefined;
  }

  private async wake(): Promise<void> {
    if (this.connection.state === HubConnectionState.Disconnected && this.listeners.size > 0) {
      await this.start();
      this.tell(true);
    }
  }

  private edited(event: Edited): void {
    const known = normal(event);
    this.listeners.get(event.documentId)?.forEach((listener) => listener.edited(known));
    if (this.opening.count > 0 && this.opening.early.length < keptEarly) {
      this.opening.early.push(known);
    }
  }

  private tell(connected: boolean): void {
    new Set([...this.listeners.values()].flatMap((listeners) => [...listeners])).forEach((listener) => listener.connection(connected));
  }
}

const normal = (event: Edited): Edited => ({ ...event, revision: Number(event.revision), clientSequence: Number(event.clientSequence), operation: canonical(event.operation as Step[]) });
