using CodexCloudIde.Tenants;
using Orleans.Concurrency;
using Orleans.Services;

namespace CodexCloudIde.Executions.Running;

/// <summary>The runs of one process of the cluster, for the others. Callers have authorised the caller for the run.</summary>
internal interface IRunsHere : IGrainService
{
    /// <summary>False when this process has no such run.</summary>
    Task<bool> CancelAsync(TenantId tenant, string run);

    /// <summary>Events after a position, at once if there are some, else when there are, but none after a while. Null when this process has no such run, or no more of it.</summary>
    Task<IReadOnlyList<ExecutionEvent>?> TakeAsync(TenantId tenant, string run, RunPosition after);
}

/// <summary>See <see cref="IRunsHere"/>: every process has one, asked by the address of its silo.</summary>
[Reentrant]
internal sealed class RunsHere(GrainId id, Silo silo, ILoggerFactory loggers, LiveRuns live, TimeProvider time) : GrainService(id, silo, loggers), IRunsHere
{
    /// <summary>Well below the time after which a call between processes counts as lost.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public async Task<bool> CancelAsync(TenantId tenant, string run)
    {
        if (Find(tenant, run) is not { } found) return false;
        await found.Cancelling.CancelAsync();
        return true;
    }

    public async Task<IReadOnlyList<ExecutionEvent>?> TakeAsync(TenantId tenant, string run, RunPosition after)
    {
        if (Find(tenant, run) is not { } found) return null;
        using var patience = new CancellationTokenSource(Patience, time);
        try
        {
            return await found.Log.TakeAsync(after, patience.Token) is { Count: > 0 } events ? events : null;
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            return [];
        }
    }

    private LiveRun? Find(TenantId tenant, string run) => live.Find(run) is { } found && found.Tenant == tenant ? found : null;
}
