using System.Data.Common;
using CodexCloudIde.Executions.Runtime;
using CodexCloudIde.Storage;
using CodexCloudIde.Tenants;
using CodexCloudIde.Workspaces;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;
using Microsoft.Extensions.Options;

namespace CodexCloudIde.Executions.Running;

/// <summary>Runs on disk: written before they start, completed when they end, told apart after a crash.</summary>
internal sealed partial class RunHistory(TenantContexts contexts, RunServers servers, IOptions<SandboxSettings> settings, TimeProvider time, ILogger<RunHistory> logger)
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(3);

    /// <summary>From now on it is known; in its place the oldest of the workspace is forgotten, which the audit log still has.</summary>
    public async Task BeginAsync<T>(Guid id, string kind, Caller caller, WorkspaceRef workspace, T initial, CancellationToken cancellationToken)
    {
        await using var context = contexts.Create(caller.Tenant);
        var text = RunText.Of(initial);
        context.Add(new RunRow
        {
            Id = id, TenantId = caller.Tenant, WorkspaceId = workspace.Workspace, UserId = caller.User, Kind = kind, Running = true, Server = servers.Own,
            StartedTicks = time.GetUtcNow().UtcTicks, Result = text.Result, Outline = text.Outline,
        });
        await context.SaveChangesAsync(cancellationToken);
        var runs = context.Set<RunRow>().Where(run => run.WorkspaceId == workspace.Workspace);
        var old = runs.OrderByDescending(run => run.StartedTicks).Skip(settings.Value.RunsKept).Where(run => !run.Running).Select(run => run.Id);
        await runs.Where(run => old.Contains(run.Id)).ExecuteDeleteAsync(cancellationToken);
    }

    /// <summary>It was queued and has its turn. Never fails: this is told, nothing depends on it.</summary>
    public async Task TakenUpAsync(TenantId tenant, Guid id)
    {
        try
        {
            await using var context = contexts.Create(tenant);
            if (await context.Set<RunRow>().AsNoTracking().SingleOrDefaultAsync(run => run.Id == id && run.Running, CancellationToken.None) is not { } row) return;
            var text = row.With(RunRow.Underway);
            await context.Set<RunRow>().Where(run => run.Id == id && run.Running).ExecuteUpdateAsync(Write(text), CancellationToken.None);
        }
        catch (Exception failure) when (failure is DbException or IOException)
        {
            LogNotTakenUp(failure, id);
        }
    }

    /// <summary>Never fails: a result that cannot be written now (a full disk) is written as soon as it can be.</summary>
    public async Task EndAsync<T>(TenantId tenant, Guid id, T result)
    {
        var text = RunText.Of(result);
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

    /// <summary>The outlines, newest first, one more than asked for.</summary>
    public async Task<IReadOnlyList<(Guid Id, string Outline)>> ListAsync(TenantId tenant, WorkspaceId workspace, string kind, Api.PageRequest page, CancellationToken cancellationToken)
    {
        await using var context = contexts.Create(tenant);
        var rows = context.Set<RunRow>().AsNoTracking().Where(run => run.WorkspaceId == workspace && run.Kind == kind);
        if (Guid.TryParseExact(page.After, "N", out var last))
        {
            var before = await rows.Where(run => run.Id == last).Select(run => run.StartedTicks).SingleOrDefaultAsync(cancellationToken);
            rows = rows.Where(run => run.StartedTicks < before);
        }

        var found = rows.OrderByDescending(run => run.StartedTicks).Take(page.Limit + 1).Select(run => new { run.Id, run.Outline });
        return [.. (await found.ToListAsync(cancellationToken)).Select(run => (run.Id, run.Outline))];
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
            var text = run.With(Close, "error");
            closed += await context.Set<RunRow>().Where(row => row.Id == run.Id && row.Running)
                .ExecuteUpdateAsync(End(text), cancellationToken);
        }

        return closed;
    }

    private async Task EndLaterAsync(TenantId tenant, Guid id, RunText text)
    {
        do
        {
            await Task.Delay(Again, time);
        }
        while (!await TryEndAsync(tenant, id, text));
    }

    private async Task<bool> TryEndAsync(TenantId tenant, Guid id, RunText text)
    {
        try
        {
            await using var context = contexts.Create(tenant);
            await context.Set<RunRow>().Where(run => run.Id == id)
                .ExecuteUpdateAsync(End(text), CancellationToken.None);
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

    private static Action<UpdateSettersBuilder<RunRow>> Write(RunText text) => set => set.SetProperty(run => run.Result, text.Result).SetProperty(run => run.Outline, text.Outline);

    private static Action<UpdateSettersBuilder<RunRow>> End(RunText text) => set =>
    {
        Write(text)(set);
        set.SetProperty(run => run.Running, false);
    };

    private const string Stopped = "The server stopped while this ran; run it again.";

    private static Execution Close(Execution execution) => execution with { Status = "killed", Reason = "serverStopped", Summary = Stopped };
}
