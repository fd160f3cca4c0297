// Event streams that come back by themselves: all of a page's over one WebSocket. A browser keeps six HTTP/1.1 connections per host for all its tabs together, and
// an EventSource holds one of them for as long as it lasts; with a few tabs nothing else would get through.
import { HttpTransportType, HubConnectionBuilder, HubConnectionState, LogLevel, type HubConnection, type ISubscription } from "@microsoft/signalr";
import { MessagePackHubProtocol } from "@microsoft/signalr-protocol-msgpack";

const firstPause = 500;
const longestPause = 8000;
/** After an end that the server chose: it says so again at once if nothing has changed. */
const afterEnd = 3000;

interface Told {
  event: string;
  data: string;
  id: string | null;
}

/** One stream; the same as the HTTP API's at the same address, resumed by the last event's id. */
class Following {
  private subscription: ISubscription<Told[]> | null = null;
  private timer = 0;
  private pause = firstPause;
  private last: string | null = null;
  private opening = false;
  private closed = false;

  constructor(private readonly connection: EventConnection, private readonly kind: string, private readonly id: string,
    private readonly happened: (name: string, data: unknown) => void, private readonly state?: (open: boolean) => void) {}

  async open(): Promise<void> {
    if (this.opening || this.subscription || this.closed) {
      return;
    }
    this.opening = true;
    window.clearTimeout(this.timer);
    try {
      const hub = await this.connection.connected();
      if (!this.closed) {
        this.subscription = hub.stream<Told[]>("Follow", this.kind, this.id, this.last).subscribe({
          next: (together) => together.forEach((told) => this.told(told)),
          error: () => this.lost(this.pause),
          complete: () => this.lost(afterEnd),
        });
      }
    } catch {
      this.lost(this.pause);
    } finally {
      this.opening = false;
    }
  }

  close(): void {
    this.closed = true;
    window.clearTimeout(this.timer);
    this.subscription?.dispose();
    this.subscription = null;
  }

  private told(told: Told): void {
    if (this.closed) {
      return;
    }
    if (told.event === "open") {
      this.pause = firstPause;
      this.state?.(true);
      return;
    }
    if (told.event === "refused") {
      // Asked again by and by, as after any loss: the rights may come back, or the page says why they are gone.
      return;
    }
    this.last = told.id ?? this.last;
    this.happened(told.event, parse(told.data));
  }

  private lost(pause: number): void {
    this.subscription = null;
    if (!this.closed) {
      this.state?.(false);
      this.timer = window.setTimeout(() => void this.open(), pause);
      this.pause = Math.min(this.pause * 2, longestPause);
    }
  }
}

class EventConnection {
  private readonly hub: HubConnection;
  private readonly following = new Set<Following>();
  private starting: Promise<void> | null = null;

  constructor() {
    this.hub = new HubConnectionBuilder().withUrl("/hubs/events", { skipNegotiation: true, transport: HttpTransportType.WebSockets })
      .withHubProtocol(new MessagePackHubProtocol()).configureLogging(LogLevel.None).build();
    // A phone that wakes up, a network that is back: at once, not at the next try.
    window.addEventListener("online", () => this.wake());
    document.addEventListener("visibilitychange", () => document.hidden || this.wake());
  }

  /** Rejects when there is no connection now; whoever asks tries again. */
  async connected(): Promise<HubConnection> {
    if (this.hub.state !== HubConnectionState.Connected) {
      this.starting ??= this.hub.start().finally(() => { this.starting = null; });
      await this.starting;
    }
    return this.hub;
  }

  follow(kind: string, id: string, happened: (name: string, data: unknown) => void, state?: (open: boolean) => void): () => void {
    const one = new Following(this, kind, id, happened, state);
    this.following.add(one);
    void one.open();
    return () => {
      this.following.delete(one);
      one.close();
    };
  }

  private wake(): void {
    this.following.forEach((one) => void one.open());
  }
}

let connection: EventConnection | null = null;

/**
 * Follows `/api/v1/{kind}/{id}/events` until the answer is called.
 * @param kind What the address has: `workspaces`, `tasks`, `test-runs`, `executions`.
 * @param state Whether it is heard now. True before the first event and after each return.
 */
export function follow(kind: string, id: string, happened: (name: string, data: unknown) => void, state?: (open: boolean) => void): () => void {
  connection ??= new EventConnection();
  return connection.follow(kind, id, happened, state);
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return data;
  }
}
