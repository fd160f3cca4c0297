using System.Data.Common;
using System.Text.Json;
using CodexCloudIde.Storage;
using CodexCloudIde.Tenants;
using CodexCloudIde.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace CodexCloudIde.Executions.Running;

/// <summary>Runs on disk: written before they start, completed when they end, told apart after a crash.</summary>
internal sealed partial class RunHistory(TenantContexts contexts, RunServers servers, TimeProvider time, ILogger<RunHistory> logger)
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(3);

    public async Task BeginAsync<T>(Guid id, string kind, Caller caller, WorkspaceRef workspace, T initial, CancellationToken cancellationToken)
    {
        await using var context = contexts.Create(caller.Tenant);
        context.Add(new RunRow
        {
            Id = id, TenantId = caller.Tenant, WorkspaceId = workspace.Workspace, UserId = caller.User, Kind = kind, Running = true, Server = servers.Own,
            StartedTicks = time.GetUtcNow().UtcTicks, Result = JsonSerializer.Serialize(initial, RunJson.Options),
        });
        await context.SaveChangesAsync(cancellationToken);
    }

    /// <summary>It was queued and has its turn. Never fails: this is told, nothing depends on it.</summary>
    public async Task TakenUpAsync(TenantId tenant, Guid id)
    {
        try
        {
            await using var context = contexts.Create(tenant);
            if (await context.Set<RunRow>().AsNoTracking().SingleOrDefaultAsync(run => run.Id == id && run.Running, CancellationToken.None) is not { } row) return;
            var text = row.ResultWith(RunRow.Underway);
            await context.Set<RunRow>().Where(run => run.Id == id && run.Running).ExecuteUpdateAsync(set => set.SetProperty(run => run.Result, text), CancellationToken.None);
        }
        catch (Exception failure) when (failure is DbException or IOException)
        {
            LogNotTakenUp(failure, id);
        }
    }

    /// <summary>Never fails: a result that cannot be written now (a full disk) is written as soon as it can be.</summary>
    public async Task EndAsync<T>(TenantId tenant, Guid id, T result)
    {
        var text = JsonSerializer.Serialize(result, RunJson.Options);
        if (!await TryEndAsync(tenant, id, text))
        {
            _ = EndLaterAsync(tenant, id, text);
        }
    }

    /// <summary>Of a run that was refused after all.</summary>
    public async Task ForgetAsync(TenantId tenant, Guid id)
    {
        await using var context = contexts.Create(tenant);
        await context.Set<RunRow>().Where(run => run.Id == id).ExecuteDeleteAsync(CancellationToken.None);
    }

    /// <summary>A run of this tenant, of this kind; null otherwise.</summary>
    public async Task<RunRow?> FindAsync(TenantId tenant, string id, string kind, CancellationToken cancellationToken)
    {
        if (!Guid.TryParseExact(id, "N", out var key))
        {
            return null;
        }

        await using var context = contexts.Create(tenant);
        return await context.Set<RunRow>().AsNoTracking().SingleOrDefaultAsync(run => run.Id == key && run.Kind == kind, cancellationToken);
    }

    /// <summary>Newest first, one more than asked for.</summary>
    public async Task<IReadOnlyList<RunRow>> ListAsync(TenantId tenant, WorkspaceId workspace, string kind, Api.PageRequest page, CancellationToken cancellationToken)
    {
        await using var context = contexts.Create(tenant);
        var rows = context.Set<RunRow>().AsNoTracking().Where(run => run.WorkspaceId == workspace && run.Kind == kind);
        if (Guid.TryParseExact(page.After, "N", out var last))
        {
            var before = await rows.Where(run => run.Id == last).Select(run => run.StartedTicks).SingleOrDefaultAsync(cancellationToken);
            rows = rows.Where(run => run.StartedTicks < before);
        }

        return await rows.OrderByDescending(run => run.StartedTicks).Take(page.Limit + 1).ToListAsync(cancellationToken);
    }

    /// <summary>The processes that have runs under way.</summary>
    public async Task<IReadOnlyList<string>> OpenServersAsync(CancellationToken cancellationToken)
    {
        await using var context = contexts.CreateSystem();
        return await context.Set<RunRow>().Where(run => run.Running).Select(run => run.Server).Distinct().ToListAsync(cancellationToken);
    }

    /// <summary>Runs that a killed server left open become what they are: killed, reason <c>serverStopped</c>. A result that is written meanwhile stands.</summary>
    public async Task<int> CloseAsync(string server, CancellationToken cancellationToken)
    {
        await using var context = contexts.CreateSystem();
        var open = await context.Set<RunRow>().AsNoTracking().Where(run => run.Running && run.Server == server).ToListAsync(cancellationToken);
        var closed = 0;
        foreach (var run in open)
        {
            var text = run.ResultWith(Close, "error");
            closed += await context.Set<RunRow>().Where(row => row.Id == run.Id && row.Running)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.Running, false).SetProperty(row => row.Result, text), cancellationToken);
        }

        return closed;
    }

    private async Task EndLaterAsync(TenantId tenant, Guid id, string text)
    {
        do
        {
            await Task.Delay(Again, time);
        }
        while (!await TryEndAsync(tenant, id, text));
    }

    private async Task<bool> TryEndAsync(TenantId tenant, Guid id, string text)
    {
        try
        {
            await using var context = contexts.Create(tenant);
            await context.Set<RunRow>().Where(run => run.Id == id)
                .ExecuteUpdateAsync(set => set.SetProperty(run => run.Running, false).SetProperty(run => run.Result, text), CancellationToken.None);
            return true;
        }
        catch (Exception failure) when (failure is DbException or IOException)
        {
            LogNotWritten(failure, id);
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The result of run {Id} cannot be written; trying again")]
    private partial void LogNotWritten(Exception failure, Guid id);

    [LoggerMessage(Level = LogLevel.Error, Message = "That run {Id} has its turn cannot be written; it is told as queued until it ends")]
    private partial void LogNotTakenUp(Exception failure, Guid id);

    private const string Stopped = "The server stopped while this ran; run it again.";

    private static Execution Close(Execution execution) => execution with { Status = "killed", Reason = "serverStopped", Summary = Stopped };
}
