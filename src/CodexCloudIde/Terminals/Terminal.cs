using System.Threading.Channels;
using CodexCloudIde.Sandboxing;
using CodexCloudIde.Tenants;
using CodexCloudIde.Workspaces;
using Microsoft.AspNetCore.SignalR;

namespace CodexCloudIde.Terminals;

/// <summary>
/// One shell in one sandbox. It outlives the connection that opened it: output is kept, and whoever attaches again (the same account) gets it
/// from the offset that was last seen. To a connection at most 256 KB are sent ahead of what it acknowledged; then the program waits.
/// </summary>
internal sealed class Terminal : IAsyncDisposable
{
    private const int MostUnacknowledged = 256 * 1024;
    private const int Kept = 1024 * 1024;
    private const int LargestMessage = 32 * 1024;
    private const int MostInput = 256;

    private readonly Lock gate = new();
    private readonly Scrollback scrollback = new(Kept);
    private readonly Channel<byte[]> input = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(MostInput) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource ending = new();
    private readonly TaskCompletionSource exitSent = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ISandbox sandbox;
    private readonly ISandboxTerminal terminal;
    private readonly IHubContext<TerminalHub> hub;
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? connection;
    private long sent;
    private long acknowledged;
    private bool finished;
    private bool announced;
    private int disposed;

    public Terminal(string id, Caller caller, WorkspaceRef workspace, string connection, ISandbox sandbox, ISandboxTerminal terminal, IHubContext<TerminalHub> hub)
    {
        Id = id;
        Caller = caller;
        Workspace = workspace;
        this.connection = connection;
        this.sandbox = sandbox;
        this.terminal = terminal;
        this.hub = hub;
        Ended = Task.WhenAll(ReadAsync(), SendAsync(), WriteAsync());
    }

    public string Id { get; }

    public Caller Caller { get; }

    public WorkspaceRef Workspace { get; }

    /// <summary>Completes when the program has ended and everything that could be sent was.</summary>
    public Task Ended { get; }

    /// <summary>The program's end.</summary>
    public Task<SandboxResult> Completion => terminal.Completion;

    /// <summary>Completes when a connection was told of the end.</summary>
    public Task Announced => exitSent.Task;

    /// <summary>It was closed: what is left of it goes on its own, and nobody can have it again.</summary>
    public bool IsClosed => Volatile.Read(ref disposed) == 1;

    public TimeSpan CpuTime => sandbox.CpuTime;

    public bool IsAttached
    {
        get
        {
            lock (gate)
            {
                return connection is not null;
            }
        }
    }

    public void Input(byte[] bytes) => input.Writer.TryWrite(bytes);

    public void Resize(int columns, int rows) => terminal.Resize(columns, rows);

    public void Acknowledge(string from, long offset)
    {
        lock (gate)
        {
            if (connection == from)
            {
                acknowledged = Math.Clamp(offset, acknowledged, sent);
                Announce();
            }
        }
    }

    /// <summary>When it was opened, for their order.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>From now on this connection gets the output, beginning at the offset or the oldest byte kept. Returns the offset after what there was so far.</summary>
    public long Attach(string to, long fromOffset)
    {
        lock (gate)
        {
            connection = to;
            sent = acknowledged = Math.Clamp(fromOffset, scrollback.Start, scrollback.End);
            announced = false;
            Announce();
            return scrollback.End;
        }
    }

    public void Detach(string from)
    {
        lock (gate)
        {
            if (connection == from)
            {
                connection = null;
                Announce();
            }
        }
    }

    /// <summary>Ends the program and everything with it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 1)
        {
            await Ended.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return;
        }

        await sandbox.DisposeAsync();
        input.Writer.TryComplete();
        await ending.CancelAsync();
        await Ended.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[LargestMessage];
        while (true)
        {
            await WaitAsync(() => connection is null || scrollback.End - acknowledged < MostUnacknowledged);
            var count = await terminal.ReadAsync(buffer, CancellationToken.None);
            lock (gate)
            {
                if (count == 0)
                {
                    finished = true;
                    Announce();
                    return;
                }

                scrollback.Append(buffer.AsSpan(0, count));
                Announce();
            }
        }
    }

    private async Task SendAsync()
    {
        while (!ending.IsCancellationRequested)
        {
            await WaitAsync(() => connection is not null && ((sent < scrollback.End && sent - acknowledged < MostUnacknowledged) || (finished && !announced && sent == scrollback.End)));
            if (ending.IsCancellationRequested)
            {
                await AnnounceExitAsync();
                return;
            }

            string to;
            byte[] bytes;
            long offset;
            lock (gate)
            {
                to = connection ?? "";
                offset = sent = Math.Max(sent, scrollback.Start);
                bytes = scrollback.Read(offset, LargestMessage);
                sent += bytes.Length;
            }

            if (bytes.Length > 0)
            {
                await hub.Clients.Client(to).SendAsync("Output", new TerminalOutput(Id, offset, bytes));
            }
            else
            {
                await AnnounceExitAsync();
            }
        }
    }

    private async Task AnnounceExitAsync()
    {
        var result = await terminal.Completion;
        string? to;
        lock (gate)
        {
            to = announced ? null : connection;
            announced = true;
        }

        if (to is not null)
        {
            await hub.Clients.Client(to).SendAsync("Exited", new TerminalExited(Id, result.ExitCode));
            exitSent.TrySetResult();
        }
    }

    private async Task WriteAsync()
    {
        await foreach (var bytes in input.Reader.ReadAllAsync())
        {
            try
            {
                await terminal.WriteAsync(bytes, ending.Token);
            }
            catch (Exception failure) when (failure is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task WaitAsync(Func<bool> condition)
    {
        while (true)
        {
            Task more;
            lock (gate)
            {
                if (condition() || ending.IsCancellationRequested)
                {
                    return;
                }

                more = changed.Task;
            }

            await more.WaitAsync(ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Announce()
    {
        changed.TrySetResult();
        changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
