using System.Collections.Concurrent;
using CodexCloudIde.Tenants;
using Microsoft.Extensions.Options;

namespace CodexCloudIde.Agents;

/// <summary>How many tasks of a tenant this process works on at a time; the others stay queued. Those under way are interrupted when the process stops.</summary>
internal sealed class TaskSlots(IOptions<AgentOptions> options) : IHostedLifecycleService
{
    private readonly ConcurrentDictionary<TenantId, SemaphoreSlim> slots = new();
    private readonly ConcurrentDictionary<TaskRun, Task> working = new();
    private volatile bool stopping;

    public Task RunAsync(TenantId tenant, TaskSession session, TaskRun run, TaskJob job)
    {
        var work = WorkAsync(tenant, session, run, job);
        working[run] = work;
        if (stopping)
        {
            _ = run.CancelAsync(byPerson: false);
        }

        return ForgetAsync(run, work);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Before the runs that they wait for are ended: else a task would take the server's end for a failure of its own.</summary>
    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        stopping = true;
        return Task.WhenAll(working.Keys.Select(run => run.CancelAsync(byPerson: false)));
    }

    /// <summary>While grains and database are still there for what each of them has to say.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => Task.WhenAll(working.Values).WaitAsync(cancellationToken);

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task ForgetAsync(TaskRun run, Task work)
    {
        try
        {
            await work;
        }
        finally
        {
            working.TryRemove(run, out _);
        }
    }

    private async Task WorkAsync(TenantId tenant, TaskSession session, TaskRun run, TaskJob job)
    {
        var free = slots.GetOrAdd(tenant, _ => new SemaphoreSlim(options.Value.Concurrent));
        var held = false;
        try
        {
            await free.WaitAsync(run.Stopping);
            held = true;
        }
        catch (OperationCanceledException) when (run.Stopping.IsCancellationRequested)
        {
            // Cancelled while queued: the job ends it in the same words as a running one.
        }

        try
        {
            await job.RunAsync(session, run);
        }
        finally
        {
            if (held)
            {
                free.Release();
            }
        }
    }
}
