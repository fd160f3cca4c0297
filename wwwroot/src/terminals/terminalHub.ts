// The terminals hub on its own connection: bytes by MessagePack, acknowledged, attached again after a loss.
import { HubConnectionBuilder, HubConnectionState, LogLevel, type HubConnection } from "@microsoft/signalr";
import { MessagePackHubProtocol } from "@microsoft/signalr-protocol-msgpack";
import { workspaceId } from "../shell/api";

export interface TerminalSink {
  output: (offset: number, bytes: Uint8Array) => void;
  exited: (exitCode: number | null) => void;
}

interface OpenAnswer {
  terminalId?: string;
  error?: string;
  detail?: string;
}

export class TerminalHub {
  private readonly connection: HubConnection;
  private starting: Promise<void> | undefined;
  private readonly sinks = new Map<string, { sink: TerminalSink; next: number; attached: boolean }>();
  private closed = false;

  constructor(private readonly state: (connected: boolean) => void) {
    this.connection = new HubConnectionBuilder().withUrl("/hubs/terminals").withHubProtocol(new MessagePackHubProtocol()).configureLogging(LogLevel.None)
      .withAutomaticReconnect({ nextRetryDelayInMilliseconds: (context) => Math.min(200 * 2 ** context.previousRetryCount, 5000) }).build();
    this.connection.on("Output", (message: { terminalId: string; offset: number; bytes: Uint8Array }) => this.output(message.terminalId, Number(message.offset), message.bytes));
    this.connection.on("Exited", (message: { terminalId: string; exitCode: number | null }) => this.sinks.get(message.terminalId)?.sink.exited(message.exitCode));
    this.connection.onreconnecting(() => this.state(false));
    this.connection.onreconnected(() => void this.attachAll());
    this.connection.onclose(() => {
      this.starting = undefined;
      if (!this.closed) {
        this.state(false);
        window.setTimeout(() => void this.start().then(() => this.attachAll()).catch(() => undefined), 2000);
      }
    });
  }

  async open(columns: number, rows: number, sink: TerminalSink): Promise<string> {
    try {
      await this.start();
    } catch {
      throw new Error("The terminal could not be reached on the server.");
    }
    const answer = await this.connection.invoke<OpenAnswer>("Open", { workspaceId, columns, rows });
    if (!answer.terminalId) {
      throw new Error(answer.detail ?? explain(answer.error));
    }
    const entry = { sink, next: 0, attached: false };
    this.sinks.set(answer.terminalId, entry);
    // What the shell wrote before we listened is replayed; what comes ahead of the replay comes again within it.
    await this.connection.invoke("Attach", { terminalId: answer.terminalId, fromOffset: 0 }).catch(() => undefined);
    entry.attached = true;
    return answer.terminalId;
  }

  input(terminalId: string, bytes: Uint8Array): void {
    if (this.connection.state === HubConnectionState.Connected) {
      void this.connection.send("Input", { terminalId, bytes });
    }
  }

  resize(terminalId: string, columns: number, rows: number): void {
    if (this.connection.state === HubConnectionState.Connected) {
      void this.connection.send("Resize", { terminalId, columns, rows });
    }
  }

  acknowledge(terminalId: string, offset: number): void {
    if (this.connection.state === HubConnectionState.Connected) {
      void this.connection.send("Acknowledge", { terminalId, offset });
    }
  }

  close(terminalId: string): void {
    this.sinks.delete(terminalId);
    if (this.connection.state === HubConnectionState.Connected) {
      void this.connection.send("Close", { terminalId });
    }
  }

  private start(): Promise<void> {
    this.starting ??= this.connection.start().then(() => this.state(true)).catch((error: unknown) => {
      this.starting = undefined;
      throw error;
    });
    return this.starting;
  }

  private async attachAll(): Promise<void> {
    this.state(true);
    for (const [terminalId, entry] of this.sinks) {
      const answer = await this.connection.invoke<{ error?: string } | null>("Attach", { terminalId, fromOffset: entry.next }).catch(() => null);
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
    case "no-runtime": case "noRuntime": return "No sandbox runtime is installed on the server, so nothing can run.";
    default: return `The terminal did not start${error ? ` (${error})` : ""}.`;
  }
}
