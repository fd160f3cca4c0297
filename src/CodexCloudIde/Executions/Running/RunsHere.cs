using CodexCloudIde.Tenants;
using Orleans.Concurrency;
using Orleans.Services;

namespace CodexCloudIde.Executions.Running;

/// <summary>The runs of one process of the cluster, for the others. Callers have authorised the caller for the run.</summary>
internal interface IRunsHere : IGrainService
{
    /// <summary>False when this process has no such run.</summary>
    Task<bool> CancelAsync(TenantId tenant, string run);
}

/// <summary>See <see cref="IRunsHere"/>: every process has one, asked by the address of its silo.</summary>
[Reentrant]
internal sealed class RunsHere(GrainId id, Silo silo, ILoggerFactory loggers, LiveRuns live) : GrainService(id, silo, loggers), IRunsHere
{
    public async Task<bool> CancelAsync(TenantId tenant, string run)
    {
        if (Find(tenant, run) is not { } found) return false;
        await found.Cancelling.CancelAsync();
        return true;
    }

    private LiveRun? Find(TenantId tenant, string run) => live.Find(run) is { } found && found.Tenant == tenant ? found : null;
}
