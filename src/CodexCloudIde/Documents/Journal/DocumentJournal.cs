using System.Threading.Channels;

namespace CodexCloudIde.Documents.Journal;

/// <summary>Another writer has taken the document over, or what was written before could not be: read it again.</summary>
internal sealed class JournalFencedException(string message, Exception? inner = null) : IOException(message, inner);

/// <summary>Group commit: whatever was handed in while one transaction ran is written by the next one.</summary>
/// <remarks>
/// Nothing waits for a timer: the first write after a pause is committed alone and at once, and the busier it gets, the larger the groups become. Writes
/// complete in the order in which they were handed in. Consecutive edits of one document in one group are merged into one row.
/// </remarks>
internal sealed class DocumentJournal : IHostedService, IAsyncDisposable
{
    /// <summary>Most writes in one transaction: bounds how long the first of them waits.</summary>
    private const int LargestGroup = 4096;

    private readonly Channel<Pending> queue = Channel.CreateUnbounded<Pending>(new UnboundedChannelOptions { SingleReader = true });
    private Task writing = Task.CompletedTask;

    public DocumentJournal(IJournalStore store) => Store = store;

    public IJournalStore Store { get; }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await Store.InitialiseAsync(cancellationToken);
        // The store's commit blocks its thread: it gets one of its own.
        writing = Task.Factory.StartNew(WriteAllAsync, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();
    }

    /// <summary>Completes when the write is durable.</summary>
    /// <exception cref="JournalFencedException">It was refused, or the store failed; later writes of this writer will be refused too.</exception>
    public Task WriteAsync(JournalWrite write)
    {
        var pending = new Pending(write, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        return queue.Writer.TryWrite(pending) ? pending.Done.Task : Task.FromException(new JournalFencedException("The journal is closed."));
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        queue.Writer.TryComplete();
        await writing.WaitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        await writing;
        await Store.DisposeAsync();
    }

    private async Task WriteAllAsync()
    {
        List<Pending> group = [];
        while (await queue.Reader.WaitToReadAsync())
        {
            group.Clear();
            while (group.Count < LargestGroup && queue.Reader.TryRead(out var pending)) group.Add(pending);
            await WriteGroupAsync(group);
        }
    }

    private async Task WriteGroupAsync(List<Pending> group)
    {
        var (writes, places) = Merge(group);
        try
        {
            var done = await Store.WriteAsync(writes, CancellationToken.None);
            for (var i = 0; i < group.Count; i++)
            {
                if (done[places[i]]) group[i].Done.SetResult();
                else group[i].Done.SetException(new JournalFencedException("Another writer has taken the document over."));
            }
        }
        catch (Exception exception)
        {
            // A full disk or a lost database: nothing of the group is written, and every waiter must know.
            foreach (var pending in group) pending.Done.TrySetException(new JournalFencedException("The journal cannot be written.", exception));
        }
    }

    /// <summary>One write per document and group; <c>Places</c> says which one answers for each pending.</summary>
    private static (List<JournalWrite> Writes, int[] Places) Merge(List<Pending> group)
    {
        List<JournalWrite> writes = [];
        var places = new int[group.Count];
        Dictionary<(long, long), int> open = [];
        Dictionary<int, MemoryStream> payloads = [];
        for (var i = 0; i < places.Length; i++)
        {
            var write = group[i].Write;
            if (!open.TryGetValue((write.Id, write.Epoch), out var place) || writes[place].Next != write.Expected)
            {
                open[(write.Id, write.Epoch)] = places[i] = writes.Count;
                writes.Add(write);
                continue;
            }

            var before = writes[place];
            if (!payloads.TryGetValue(place, out var payload))
            {
                payloads[place] = payload = new MemoryStream();
                payload.Write(before.Payload.Span);
            }

            payload.Write(write.Payload.Span);
            writes[places[i] = place] = before with
            {
                Next = write.Next,
                Payload = payload.GetBuffer().AsMemory(0, (int)payload.Length),
                Snapshot = write.Snapshot ?? before.Snapshot,
                SnapshotRevision = write.Snapshot is null ? before.SnapshotRevision : write.SnapshotRevision,
                Mark = write.Mark ?? before.Mark,
                Saved = write.Mark is null ? before.Saved : write.Saved,
            };
        }

        return (writes, places);
    }

    private readonly record struct Pending(JournalWrite Write, TaskCompletionSource Done);
}
