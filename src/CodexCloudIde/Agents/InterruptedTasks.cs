namespace CodexCloudIde.Agents;

/// <summary>Looks for tasks whose process is gone, at start and now and then: waking their grain marks them interrupted, with Resume.</summary>
internal sealed class InterruptedTasks(TaskStore store, IGrainFactory grains, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<InterruptedTasks> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var every = new PeriodicTimer(TimeSpan.FromSeconds(30), time);
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);
        do
        {
            try
            {
                foreach (var (tenant, task) in await store.ListLiveAsync(stoppingToken))
                {
                    await grains.GetGrain<ITaskGrain>($"{tenant}/{task}").LookAsync();
                }
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // A supervised job: the database or a silo may be away for a moment.
                TaskLog.SweepFailed(logger, e);
            }
        }
        while (await every.WaitForNextTickAsync(stoppingToken));
    }
}
