using System.Collections.Concurrent;
using CodexCloudIde.Api;
using CodexCloudIde.Storage;
using CodexCloudIde.Tenants;
using Microsoft.EntityFrameworkCore;

namespace CodexCloudIde.Workspaces;

/// <summary>
/// What a person opened in a workspace (hub connections, terminals, event streams) closes within 5 s of being removed from it, of losing the role that it
/// needed, or of the workspace's deletion, whichever process that happened in.
/// </summary>
/// <remarks>
/// Every <see cref="Pause"/>, and at once when this process changes members, one query per tenant asks about everything that is open. Whoever is an owner of
/// the tenant needs no membership; losing that ends the credential's own watch (<see cref="AccessWatch"/>).
/// </remarks>
internal sealed partial class WorkspaceWatch(TenantContexts contexts, WorkspaceEvents events, ILogger<WorkspaceWatch> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<Watched, bool> watched = new();
    private readonly SemaphoreSlim hurry = new(0);

    /// <summary>From now on; dispose it when what it guards has ended. Call after the access was granted.</summary>
    public Watched Watch(Caller caller, WorkspaceId workspace, Role needed)
    {
        ArgumentNullException.ThrowIfNull(caller);
        var entry = new Watched(this, caller, workspace, needed);
        watched[entry] = true;
        return entry;
    }

    /// <summary>For an event stream that tells of the workspace to those who may see it.</summary>
    public static Func<IServiceProvider, Caller, IGuard> Of(WorkspaceId workspace) =>
        (services, caller) => services.GetRequiredService<WorkspaceWatch>().Watch(caller, workspace, Role.Viewer);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        events.Published += Changed;
        try
        {
            while (true)
            {
                await hurry.WaitAsync(Pause, stoppingToken);
                await PassAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
        finally
        {
            events.Published -= Changed;
        }
    }

    private void Changed(WorkspaceRef workspace, WorkspaceEvent happened)
    {
        if (happened.Type is "member.changed" or "workspace.deleted") hurry.Release();
    }

    private async Task PassAsync(CancellationToken cancellationToken)
    {
        foreach (var tenant in watched.Keys.GroupBy(entry => entry.Caller.Tenant).ToList())
        {
            try
            {
                await LookAsync(tenant.Key, [.. tenant], cancellationToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // The database may be away for a moment; the next pass asks again.
                LogPassFailed(exception);
            }
        }
    }

    private async Task LookAsync(TenantId tenant, List<Watched> entries, CancellationToken cancellationToken)
    {
        await using var context = contexts.Create(tenant);
        var ids = entries.Select(entry => entry.Workspace).Distinct().ToList();
        var present = (await context.Set<Workspace>().Where(row => ids.Contains(row.Id)).Select(row => row.Id).ToListAsync(cancellationToken)).ToHashSet();
        var roles = await context.Set<WorkspaceMember>().Where(row => ids.Contains(row.WorkspaceId))
            .ToDictionaryAsync(row => (row.WorkspaceId, row.UserId), row => row.Role, cancellationToken);
        var owners = (await context.Set<Membership>().Where(row => row.Role == Role.Owner).Select(row => row.UserId).ToListAsync(cancellationToken)).ToHashSet();
        foreach (var entry in entries)
        {
            var role = owners.Contains(entry.Caller.User) ? Role.Owner : roles.GetValueOrDefault((entry.Workspace, entry.Caller.User));
            if (role < entry.Needed || !present.Contains(entry.Workspace)) entry.End();
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Who may still use what is open could not be read; trying again")]
    private partial void LogPassFailed(Exception exception);

    /// <summary>One thing that is open.</summary>
    internal sealed class Watched(WorkspaceWatch watch, Caller caller, WorkspaceId workspace, Role needed) : IGuard
    {
        private readonly CancellationTokenSource source = new();

        public Caller Caller => caller;

        public WorkspaceId Workspace => workspace;

        public Role Needed => needed;

        public CancellationToken Ended => source.Token;

        // Off this thread: what is closed may take its time.
        public void End()
        {
            watch.watched.TryRemove(this, out _);
            _ = source.CancelAsync();
        }

        public void Dispose() => watch.watched.TryRemove(this, out _);
    }
}
