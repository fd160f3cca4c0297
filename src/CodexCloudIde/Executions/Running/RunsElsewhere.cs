using CodexCloudIde.Documents;
using Orleans.Runtime.Services;

namespace CodexCloudIde.Executions.Running;

/// <summary>Runs that are at another process of the cluster.</summary>
internal sealed partial class RunsElsewhere(IServiceProvider services, RunServers servers, ILogger<RunsElsewhere> logger) : GrainServiceClient<IRunsHere>(services)
{
    /// <summary>False when its process does not live, does not answer, or does not have it any more.</summary>
    public Task<bool> CancelAsync(RunRow row, CancellationToken cancellationToken) =>
        AskAsync(row, process => process.CancelAsync(row.TenantId, row.Id.ToString("N")), cancellationToken);

    /// <summary>See <see cref="IRunsHere.TakeAsync"/>; null also when its process does not live or does not answer.</summary>
    public Task<IReadOnlyList<ExecutionEvent>?> TakeAsync(RunRow row, RunPosition after, CancellationToken cancellationToken) =>
        AskAsync(row, process => process.TakeAsync(row.TenantId, row.Id.ToString("N"), after), cancellationToken);

    private async Task<T?> AskAsync<T>(RunRow row, Func<IRunsHere, Task<T>> ask, CancellationToken cancellationToken)
    {
        if (servers.Find(row.Server) is not { } silo) return default;
        try
        {
            return await ask(GetGrainService(silo)).WaitAsync(cancellationToken);
        }
        catch (Exception failure) when (DocumentCalls.IsOutage(failure))
        {
            LogUnanswered(failure, row.Id, row.Server);
            return default;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The process of run {Id} does not answer: {Server}")]
    private partial void LogUnanswered(Exception failure, Guid id, string server);
}
