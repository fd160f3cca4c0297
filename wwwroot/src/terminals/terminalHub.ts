// The terminals hub on its own connection: bytes by MessagePack, acknowledged, attached again after a loss or by a page that comes anew.
import { HubConnectionBuilder, HubConnectionState, LogLevel, type HubConnection } from "@microsoft/signalr";
import { MessagePackHubProtocol } from "@microsoft/signalr-protocol-msgpack";
import { workspaceId } from "../shell/api";

export interface TerminalSink {
  /** Bytes that end at this offset. */
  output: (offset: number, bytes: Uint8Array) => void;
  exited: (exitCode: number | null) => void;
}

interface Answer {
  terminalId?: string;
  error?: string;
  detail?: string;
  offset?: number;
}

export interface Listed {
  terminalId: string;
  attached: boolean;
}

export class TerminalHub {
  private readonly connection: HubConnection;
  private starting: Promise<void> | undefined;
  private readonly sinks = new Map<string, { sink: TerminalSink; next: number; attached: boolean }>();

  constructor(private readonly state: (connected: boolean) => void) {
    this.connection = new HubConnectionBuilder().withUrl("/hubs/terminals").withHubProtocol(new MessagePackHubProtocol()).configureLogging(LogLevel.None)
      .withAutomaticReconnect({ nextRetryDelayInMilliseconds: (context) => Math.min(200 * 2 ** context.previousRetryCount, 5000) }).build();
    this.connection.on("Output", (message: { terminalId: string; offset: number; bytes: Uint8Array }) => this.output(message.terminalId, Number(message.offset), message.bytes));
    this.connection.on("Exited", (message: { terminalId: string; exitCode: number | null }) => {
      const entry = this.sinks.get(message.terminalId);
      this.sinks.delete(message.terminalId);
      entry?.sink.exited(message.exitCode);
    });
    this.connection.onreconnecting(() => this.state(false));
    this.connection.onreconnected(() => void this.attachAll());
    this.connection.onclose(() => {
      this.state(false);
      window.setTimeout(() => void this.comeBack(), 1000);
    });
  }

  /** The account's terminals in this workspace that still run. */
  async list(): Promise<Listed[]> {
    await this.start();
    return (await this.connection.invoke<{ terminals: Listed[] }>("List", { workspaceId })).terminals;
  }

  /** A new shell; what it writes is told once `listen` is called. */
  async open(columns: number, rows: number): Promise<string> {
    await this.start();
    const answer = await this.connection.invoke<Answer>("Open", { workspaceId, columns, rows });
    if (!answer.terminalId) {
      throw new Error(answer.detail ?? explain(answer.error));
    }
    return answer.terminalId;
  }

  /** What the shell wrote before is replayed; what comes ahead of the replay comes again within it. */
  async listen(terminalId: string, sink: TerminalSink): Promise<void> {
    const entry = { sink, next: 0, attached: false };
    this.sinks.set(terminalId, entry);
    await this.connection.invoke("Attach", { terminalId, fromOffset: 0 }).catch(() => undefined);
    entry.attached = true;
  }

  /** Takes up one that an earlier page had. The offset up to which its output is a replay; null when it has ended meanwhile. */
  async attach(terminalId: string, sink: TerminalSink): Promise<number | null> {
    await this.start();
    this.sinks.set(terminalId, { sink, next: 0, attached: true });
    const answer = await this.connection.invoke<Answer>("Attach", { terminalId, fromOffset: 0 });
    if (answer.error) {
      this.sinks.delete(terminalId);
      return null;
    }
    return Number(answer.offset ?? 0);
  }

  input(terminalId: string, bytes: Uint8Array): void {
    this.send("Input", { terminalId, bytes });
  }

  resize(terminalId: string, columns: number, rows: number): void {
    this.send("Resize", { terminalId, columns, rows });
  }

  acknowledge(terminalId: string, offset: number): void {
    this.send("Acknowledge", { terminalId, offset });
  }

  close(terminalId: string): void {
    this.sinks.delete(terminalId);
    this.send("Close", { terminalId });
  }

  private send(method: string, message: object): void {
    if (this.connection.state === HubConnectionState.Connected) {
      void this.connection.send(method, message).catch(() => undefined);
    }
  }

  private start(): Promise<void> {
    this.starting ??= this.connection.start().then(() => this.state(true)).catch(() => {
      this.starting = undefined;
      throw new Error("The terminal could not be reached on the server. Check the connection and try again.");
    });
    return this.starting;
  }

  /** The server ended the connection, as it does when rights have changed: begin anew, until it is there. */
  private async comeBack(): Promise<void> {
    this.starting = undefined;
    try {
      await this.start();
      await this.attachAll();
    } catch {
      window.setTimeout(() => void this.comeBack(), 3000);
    }
  }

  private async attachAll(): Promise<void> {
    this.state(true);
    for (const [terminalId, entry] of this.sinks) {
      const answer = await this.connection.invoke<Answer>("Attach", { terminalId, fromOffset: entry.next }).catch(() => null);
      if (answer?.error) {
        this.sinks.delete(terminalId);
        entry.sink.exited(null);
      }
    }
  }

  private output(terminalId: string, offset: number, bytes: Uint8Array): void {
    const entry = this.sinks.get(terminalId);
    if (!entry) {
      return;
    }
    const known = entry.next - offset;
    if (known >= bytes.length || (known < 0 && !entry.attached)) {
      return;
    }
    // A replay may overlap with what has been shown.
    const fresh = known > 0 ? bytes.subarray(known) : bytes;
    entry.next = offset + bytes.length;
    entry.sink.output(entry.next, fresh);
  }
}

function explain(error: string | undefined): string {
  switch (error) {
    case "notFound": return "This workspace does not exist, or you have no access to it.";
    case "forbidden": return "Opening a terminal needs the role developer or higher.";
    case "noRuntime": return "No sandbox runtime is installed on the server, so nothing can run.";
    default: return `The terminal did not start${error ? ` (${error})` : ""}.`;
  }
}
