using System.Collections.Concurrent;
using CodexCloudIde.Tenants;
using CodexCloudIde.Workspaces;

namespace CodexCloudIde.Executions.Running;

/// <summary>A run of this process: under way, or ended not long ago.</summary>
internal sealed class LiveRun(TenantId tenant, WorkspaceId workspace, string kind, RunLog log) : IDisposable
{
    public TenantId Tenant => tenant;

    public WorkspaceId Workspace => workspace;

    public string Kind => kind;

    public RunLog Log => log;

    public CancellationTokenSource Cancelling { get; } = new();

    public Task Ended { get; set; } = Task.CompletedTask;

    public void Dispose() => Cancelling.Dispose();
}

/// <summary>Runs of this process by id. Ended ones stay readable for a while; the oldest go first.</summary>
internal sealed class LiveRuns : IHostedLifecycleService
{
    private const int MostEnded = 100;

    /// <summary>Characters of all ended runs' events together; what is gone from here is answered from the disk.</summary>
    private const long MostKept = 8 << 20;

    private readonly ConcurrentDictionary<string, LiveRun> runs = new(StringComparer.Ordinal);
    private readonly Queue<(string Id, long Size)> ended = new();
    private readonly Lock gate = new();
    private long kept;

    /// <summary>True once the host stops: runs that are cancelled from then on were stopped by the server.</summary>
    public bool Stopping { get; private set; }

    /// <summary>Those that have not ended.</summary>
    public IReadOnlyList<(string Id, LiveRun Run)> Running => [.. runs.Where(run => !run.Value.Ended.IsCompleted).Select(run => (run.Key, run.Value))];

    public LiveRun? Find(string id) => runs.GetValueOrDefault(id);

    /// <summary>Follows a run to its end; the run never fails (its runner turns failures into results).</summary>
    public void Follow(string id, LiveRun run, Task work)
    {
        runs[id] = run;
        run.Ended = FollowAsync(id, run, work);
        if (Stopping)
        {
            _ = run.Cancelling.CancelAsync();
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Before the web server stops: it waits for its requests, and some of those wait for a run.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        Stopping = true;
        await Task.WhenAll(runs.Values.Select(run => run.Cancelling.CancelAsync()));
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.WhenAll(runs.Values.Select(run => run.Ended)).WaitAsync(cancellationToken);

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task FollowAsync(string id, LiveRun run, Task work)
    {
        await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (gate)
        {
            var size = run.Log.Size;
            ended.Enqueue((id, size));
            kept += size;
            while ((ended.Count > MostEnded || kept > MostKept) && ended.TryDequeue(out var oldest))
            {
                kept -= oldest.Size;
                runs.TryRemove(oldest.Id, out _);
            }
        }
    }
}
