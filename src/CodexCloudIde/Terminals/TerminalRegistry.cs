using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using CodexCloudIde.Api;
using CodexCloudIde.Audit;
using CodexCloudIde.Documents;
using CodexCloudIde.Executions.Runtime;
using CodexCloudIde.Sandboxing;
using CodexCloudIde.Tenants;
using CodexCloudIde.Workspaces;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;

namespace CodexCloudIde.Terminals;

/// <summary>Every terminal of this process: opened here, watched until it ends or its person may no longer use it.</summary>
internal sealed partial class TerminalRegistry(
    Sandboxes sandboxes, WorkspaceAccess access, AccessWatch watch, WorkspaceWatch members, WorkspaceFolder folder, OpenDocuments documents, WorkspaceEvents events, AuditLog audit,
    IHubContext<TerminalHub> hub, IOptions<TerminalOptions> options, TimeProvider time, ILogger<TerminalRegistry> logger) : IHostedService
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(400);

    private readonly ConcurrentDictionary<string, (Terminal Terminal, Task Watching)> terminals = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource stopping = new();

    /// <summary>The terminal, for the account that opened it only.</summary>
    public Terminal? Find(Caller caller, string? id) =>
        id is not null && terminals.TryGetValue(id, out var found) && found.Terminal.Caller.Tenant == caller.Tenant && found.Terminal.Caller.User == caller.User
            && !found.Terminal.IsClosed
            ? found.Terminal : null;

    /// <summary>The account's terminals in the workspace, the oldest first.</summary>
    public IEnumerable<Terminal> Of(Caller caller, WorkspaceId workspace) =>
        terminals.Values.Select(open => open.Terminal)
            .Where(open => !open.IsClosed && open.Caller.Tenant == caller.Tenant && open.Caller.User == caller.User && open.Workspace.Workspace == workspace)
            .OrderBy(open => open.Since);

    public async Task<Outcome<string>> OpenAsync(Caller caller, WorkspaceId workspace, string connection, int columns, int rows, CancellationToken cancellationToken)
    {
        var found = await access.FindAsync(caller, workspace, Role.Developer, cancellationToken);
        if (found.Refusal is { } denied)
        {
            return denied;
        }

        if (await sandboxes.UnusableAsync(cancellationToken) is { } unusable)
        {
            return unusable;
        }

        if (terminals.Values.Count(open => open.Terminal.Caller.User == caller.User) >= options.Value.PerUser || terminals.Count >= sandboxes.Settings.Terminals)
        {
            return new Refusal(429, "too-many-terminals", "Too many terminals are open; close some first.");
        }

        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        try
        {
            await audit.AppendAsync(new AuditRecord(caller.Tenant, Actor.Of(caller), "terminal.opened", $"workspace/{workspace}", "allowed", new JsonObject { ["terminal"] = id }), cancellationToken);
            await documents.MaterialiseAsync(found.Value!, cancellationToken);
            var terminal = await StartAsync(id, caller, found.Value!, connection, columns, rows, cancellationToken);
            terminals[id] = (terminal, Task.CompletedTask);
            terminals[id] = (terminal, Task.Run(() => FollowAsync(terminal), CancellationToken.None));
            return id;
        }
        catch (IOException failure)
        {
            LogNotOpened(failure, id);
            return new Refusal(503, "terminal-failed", "The terminal could not be started on the server; try again, or tell an operator.");
        }
    }

    public async Task CloseAsync(Terminal terminal)
    {
        ArgumentNullException.ThrowIfNull(terminal);
        await terminal.DisposeAsync();
    }

    /// <summary>A connection is gone: its terminals go on without it.</summary>
    public void Detach(string connection)
    {
        foreach (var (terminal, _) in terminals.Values)
        {
            terminal.Detach(connection);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await stopping.CancelAsync();
        await Task.WhenAll(terminals.Values.Select(open => open.Watching)).WaitAsync(cancellationToken);
    }

    private async Task<Terminal> StartAsync(
        string id, Caller caller, WorkspaceRef workspace, string connection, int columns, int rows, CancellationToken cancellationToken)
    {
        var limits = new SandboxLimits(
            CpuSeconds: 0, WallSeconds: 0, IdleSeconds: options.Value.IdleSeconds, Cpus: sandboxes.Settings.Default.Cpus!.Value, MemoryMb: options.Value.MemoryMb,
            Processes: options.Value.Processes, DiskMb: options.Value.DiskMb, Files: 100_000);
        var specification = new SandboxSpecification(folder.RootOf(workspace), WorkspaceMode.ReadWrite, limits) { Mounts = sandboxes.Caches };
        var sandbox = await sandboxes.Runtime.CreateAsync(specification, cancellationToken);
        var shell = new SandboxCommand(["/bin/bash", "-l"])
        {
            Environment = new Dictionary<string, string> { ["TERM"] = "xterm-256color", ["COLORTERM"] = "truecolor", ["PYTHONDONTWRITEBYTECODE"] = "1" },
        };
        try
        {
            var program = await sandbox.OpenTerminalAsync(shell, columns, rows, cancellationToken);
            return new Terminal(id, caller, workspace, connection, sandbox, program, hub) { Since = time.GetUtcNow() };
        }
        catch
        {
            await sandbox.DisposeAsync();
            throw;
        }
    }

    /// <summary>Until the program ends, or access to it does: looks at what it changed, and whether its owner may still.</summary>
    private async Task FollowAsync(Terminal terminal)
    {
        var revoked = watch.Watch(terminal.Caller);
        using var member = members.Watch(terminal.Caller, terminal.Workspace.Workspace, Role.Developer);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(revoked, member.Ended, stopping.Token);
        var changes = new TreeChanges(folder.RootOf(terminal.Workspace), terminal.Workspace, documents, events);
        var reason = "exited";
        try
        {
            reason = await WatchAsync(terminal, changes, ending.Token);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            reason = revoked.IsCancellationRequested || member.Ended.IsCancellationRequested ? "revoked" : "serverStopped";
        }
        catch (Exception failure)
        {
            // The supervised end of a terminal: whatever broke, the sandbox must go.
            LogBroken(failure, terminal.Id);
            reason = "failed";
        }

        await terminal.DisposeAsync();
        await changes.LookAsync(CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        terminals.TryRemove(terminal.Id, out _);
        var data = new JsonObject { ["terminal"] = terminal.Id, ["reason"] = reason };
        Task recorded = audit.AppendAsync(
            new AuditRecord(terminal.Caller.Tenant, Actor.Of(terminal.Caller), "terminal.closed", $"workspace/{terminal.Workspace.Workspace}", "succeeded", data), CancellationToken.None);
        await recorded.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task<string> WatchAsync(Terminal terminal, TreeChanges changes, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(LookInterval);
        var cpu = TimeSpan.MinValue;
        var alone = TimeSpan.Zero;
        while (!terminal.Completion.IsCompleted)
        {
            await timer.WaitForNextTickAsync(cancellationToken);
            var now = terminal.CpuTime;
            if (now != cpu)
            {
                // Something ran inside: look before the next something.
                cpu = now;
                await changes.LookAsync(cancellationToken);
            }

            alone = terminal.IsAttached ? TimeSpan.Zero : alone + LookInterval;
            if (alone.TotalSeconds > options.Value.DetachedSeconds)
            {
                return "detached";
            }
        }

        // What it printed last still goes out, and the exit code after it.
        await changes.LookAsync(cancellationToken);
        await terminal.Announced.WaitAsync(TimeSpan.FromSeconds(options.Value.DetachedSeconds), cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return "exited";
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Terminal {Id} could not be opened")]
    private partial void LogNotOpened(Exception failure, string id);

    [LoggerMessage(Level = LogLevel.Error, Message = "Terminal {Id} broke")]
    private partial void LogBroken(Exception failure, string id);
}
