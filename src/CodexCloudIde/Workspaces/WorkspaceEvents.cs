using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace CodexCloudIde.Workspaces;

/// <summary>What happened in a workspace, for explorers and lists; delivered at least once to every subscriber of every process.</summary>
/// <param name="Type"><c>tree.changed</c>, <c>document.saved</c>, <c>member.changed</c>, <c>task.changed</c>, <c>testRun.changed</c>, <c>presence.changed</c>, …</param>
/// <param name="Data">camelCase JSON object as bytes-on-the-wire text.</param>
public sealed record WorkspaceEvent(string Type, string Data)
{
    /// <summary>Something beneath these paths appeared, changed or went; "" is the whole tree.</summary>
    public static WorkspaceEvent TreeChanged(params IEnumerable<string> paths) =>
        new("tree.changed", System.Text.Json.JsonSerializer.Serialize(new { paths }, System.Text.Json.JsonSerializerOptions.Web));
}

/// <summary>Publish and subscribe per workspace.</summary>
public sealed class WorkspaceEvents
{
    private const int Backlog = 256;

    private readonly ConcurrentDictionary<string, ImmutableList<Subscription>> subscriptions = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Workspace, string Type), ImmutableList<Action<WorkspaceEvent>>> listeners = new();

    /// <summary>What was published here, for whoever carries it to the other processes of a cluster.</summary>
    public event Action<WorkspaceRef, WorkspaceEvent>? Published;

    public void Publish(WorkspaceRef workspace, WorkspaceEvent happened)
    {
        Deliver(workspace, happened);
        Published?.Invoke(workspace, happened);
    }

    /// <summary>To this process's subscribers only: what another process published.</summary>
    public void Deliver(WorkspaceRef workspace, WorkspaceEvent happened)
    {
        ArgumentNullException.ThrowIfNull(workspace);
        ArgumentNullException.ThrowIfNull(happened);
        var key = workspace.ToString();
        foreach (var listener in listeners.GetValueOrDefault((key, happened.Type)) ?? [])
        {
            listener(happened);
        }

        foreach (var reader in subscriptions.GetValueOrDefault(key) ?? [])
        {
            reader.Offer(happened);
        }
    }

    /// <summary>To every subscriber of this process, whatever the workspace.</summary>
    public void DeliverToAll(WorkspaceEvent happened)
    {
        ArgumentNullException.ThrowIfNull(happened);
        foreach (var reader in subscriptions.Values.SelectMany(readers => readers))
        {
            reader.Offer(happened);
        }
    }

    /// <summary>
    /// From now on, events of one type only, none missed: for those who are many and wait for what happens rarely. A workspace of a thousand editors has hundreds of
    /// events a second, and each <see cref="Subscribe"/>r is woken by all of them.
    /// </summary>
    /// <param name="workspace">Where.</param>
    /// <param name="type">As in <see cref="WorkspaceEvent.Type"/>.</param>
    /// <param name="heard">Called by whoever publishes, so it must be short; not after the result is disposed, but for a call under way.</param>
    public IDisposable Listen(WorkspaceRef workspace, string type, Action<WorkspaceEvent> heard)
    {
        ArgumentNullException.ThrowIfNull(workspace);
        var key = (workspace.ToString(), type);
        listeners.AddOrUpdate(key, [heard], (_, present) => present.Add(heard));
        return new Listening(() => Remove(listeners, key, heard));
    }

    /// <summary>From now on; bounded: a slow reader gets one <c>tree.changed</c> for the root in place of what it missed.</summary>
    public IAsyncEnumerable<WorkspaceEvent> Subscribe(WorkspaceRef workspace, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(workspace);
        var key = workspace.ToString();
        var subscription = new Subscription();
        subscriptions.AddOrUpdate(key, [subscription], (_, present) => present.Add(subscription));
        // Also for a caller that goes away before it has begun to read.
        cancellationToken.Register(() => Remove(subscriptions, key, subscription));
        return ReadAsync(key, subscription, cancellationToken);
    }

    private async IAsyncEnumerable<WorkspaceEvent> ReadAsync(
        string key, Subscription subscription, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var happened in subscription.ReadAllAsync(cancellationToken))
            {
                yield return happened;
            }
        }
        finally
        {
            Remove(subscriptions, key, subscription);
        }
    }

    private static void Remove<TKey, TReader>(ConcurrentDictionary<TKey, ImmutableList<TReader>> readers, TKey key, TReader reader)
        where TKey : notnull
    {
        while (readers.TryGetValue(key, out var present))
        {
            var left = present.Remove(reader);
            if (left.IsEmpty
                    ? readers.TryRemove(new KeyValuePair<TKey, ImmutableList<TReader>>(key, present))
                    : readers.TryUpdate(key, left, present))
            {
                return;
            }
        }
    }

    private sealed class Listening(Action end) : IDisposable
    {
        public void Dispose() => end();
    }

    private sealed class Subscription
    {
        private readonly Channel<WorkspaceEvent> channel = Channel.CreateBounded<WorkspaceEvent>(Backlog);
        private int missed;

        public void Offer(WorkspaceEvent happened)
        {
            if (!channel.Writer.TryWrite(happened))
            {
                Interlocked.Exchange(ref missed, 1);
            }
        }

        public async IAsyncEnumerable<WorkspaceEvent> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await foreach (var happened in channel.Reader.ReadAllAsync(cancellationToken))
            {
                yield return happened;
                if (channel.Reader.Count == 0 && Interlocked.Exchange(ref missed, 0) == 1)
                {
                    yield return WorkspaceEvent.TreeChanged("");
                }
            }
        }
    }
}
