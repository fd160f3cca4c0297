using System.Globalization;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using CodexCloudIde.Api;
using CodexCloudIde.Tenants;
using CodexCloudIde.Workspaces;

namespace CodexCloudIde.Agents;

/// <summary>
/// A task's events for one reader: what the log holds after a sequence, then what it grows by. The observer only says that there is more; the log is what
/// is read, so nothing can be missed or doubled. Ends after the thread's last completion.
/// </summary>
internal sealed class TaskEventStream(IGrainFactory grains, TaskStore store, TimeProvider time) : IEventSource
{
    private static readonly TimeSpan SubscribeAgain = TimeSpan.FromSeconds(10);

    public IReadOnlyList<string> Kinds { get; } = ["tasks"];

    public async Task<Outcome<EventStream>> OpenAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        var allowed = TaskEndpoints.IsId(id) ? await grains.Of(caller, id).GetAsync(caller) : Refusal.NotFound;
        if (!allowed.Succeeded) return allowed.Refusal;
        return new EventStream((last, reading) => ReadAsync(caller, id, long.TryParse(last, CultureInfo.InvariantCulture, out var after) ? after : 0, reading)
            .Select(happened => new ServerEvent(happened.Name, happened.Json, happened.Sequence.ToString(CultureInfo.InvariantCulture))))
        {
            Guard = WorkspaceId.TryParse(TaskJson.Read<TaskView>(allowed.Value).Workspace, null, out var workspace) ? WorkspaceWatch.Of(workspace) : null,
        };
    }

    public async IAsyncEnumerable<TaskEvent> ReadAsync(Caller caller, string task, long after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var grain = grains.GetGrain<ITaskGrain>($"{caller.Tenant}/{task}");
        var observer = new Observer();
        var reference = grains.CreateObjectReference<ITaskObserver>(observer);
        try
        {
            while (true)
            {
                var subscribed = await grain.SubscribeAsync(caller, reference);
                if (!subscribed.Succeeded)
                {
                    yield break;
                }

                var (last, over) = (after, false);
                for (IReadOnlyList<TaskEvent> page; (page = await store.ReadEventsAsync(caller.Tenant, task, last, 200, cancellationToken)).Count > 0;)
                {
                    foreach (var happened in page)
                    {
                        yield return happened;
                        last = happened.Sequence;
                        over |= happened.Name == "thread.completed";
                    }
                }

                // Asked for what comes after an end: over at once, unless it goes on.
                over |= last == after && after > 0 && await EndedAsync(grain, caller, after);
                after = last;
                if (over && await EndedAsync(grain, caller, after))
                {
                    yield break;
                }

                await observer.WaitAsync(after, SubscribeAgain, time, cancellationToken);
            }
        }
        finally
        {
            await grain.UnsubscribeAsync(reference);
            grains.DeleteObjectReference<ITaskObserver>(reference);
        }
    }

    private static async Task<bool> EndedAsync(ITaskGrain grain, Caller caller, long after) =>
        await grain.GetAsync(caller) is { Succeeded: true, Value: var json } && TaskJson.Read<TaskView>(json) is var view && TaskStates.IsOver(view.State) && view.LastEvent <= after;

    private sealed class Observer : ITaskObserver
    {
        private readonly Channel<long> grown = Channel.CreateBounded<long>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });

        public Task AdvancedAsync(long lastEvent)
        {
            grown.Writer.TryWrite(lastEvent);
            return Task.CompletedTask;
        }

        /// <summary>Until the log is known to be longer than <paramref name="after"/>, or for a while.</summary>
        public async Task WaitAsync(long after, TimeSpan most, TimeProvider time, CancellationToken cancellationToken)
        {
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            using var expiry = new CancellationTokenSource(most, time);
            await using var registration = expiry.Token.Register(ending.Cancel);
            try
            {
                while (await grown.Reader.ReadAsync(ending.Token) <= after)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                }
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // Long silence: subscribe again, in case the task moved to another process.
            }
        }
    }
}
