using System.Collections.Concurrent;
using CodexCloudIde.Tenants;
using Microsoft.Extensions.Options;

namespace CodexCloudIde.Agents;

/// <summary>How many tasks of a tenant this process works on at a time; the others stay queued.</summary>
internal sealed class TaskSlots(IOptions<AgentOptions> options)
{
    private readonly ConcurrentDictionary<TenantId, SemaphoreSlim> slots = new();

    public async Task RunAsync(TenantId tenant, TaskSession session, TaskRun run, TaskJob job)
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
