using System.Collections.Concurrent;

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

    /// <summary>Bytes after which a transaction takes no more writes.</summary>
    private const int LargestGroupBytes = 16 * 1024 * 1024;

    private readonly ConcurrentQueue<Pending> queue = new();

    /// <summary>Waited for without spinning: the processor belongs to those who type.</summary>
    private readonly AutoResetEvent filled = new(false);
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task telling = Task.CompletedTask;
    private bool isStarted;
    private volatile bool isClosed;

    public DocumentJournal(IJournalStore store) => Store = store;

    public IJournalStore Store { get; }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await Store.InitialiseAsync(cancellationToken);
        // A commit blocks its thread for as long as the disk likes: it gets one of its own, also after it has waited.
        isStarted = true;
        new Thread(WriteAll) { IsBackground = true, Name = "Journal" }.Start();
    }

    /// <summary>Completes when the write is durable.</summary>
    /// <exception cref="JournalFencedException">It was refused, or the store failed; later writes of this writer will be refused too.</exception>
    public Task WriteAsync(JournalWrite write)
    {
        var pending = new Pending(write, new TaskCompletionSource());
        if (isClosed) return Task.FromException(new JournalFencedException("The journal is closed."));
        queue.Enqueue(pending);
        filled.Set();
        return pending.Done.Task;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Close();
        if (isStarted) await ended.Task.WaitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        Close();
        if (isStarted) await ended.Task;
        filled.Dispose();
        await Store.DisposeAsync();
    }

    private void WriteAll()
    {
        List<Pending> group = [];
        do
        {
            filled.WaitOne();
            while (!queue.IsEmpty)
            {
                group.Clear();
                for (var bytes = 0L; group.Count < LargestGroup && bytes < LargestGroupBytes && queue.TryDequeue(out var pending); group.Add(pending)) bytes += pending.Write.Bytes;
                WriteGroup(group);
            }
        }
        while (!isClosed || !queue.IsEmpty);

        telling.ContinueWith(_ => ended.SetResult(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private void Close()
    {
        if (isClosed) return;
        isClosed = true;
        filled.Set();
    }

    private void WriteGroup(List<Pending> group)
    {
        var (writes, places) = Merge(group);
        Pending[] waiting = [.. group];
        Action tell;
        try
        {
            var done = Store.WriteAsync(writes, CancellationToken.None).GetAwaiter().GetResult();
            tell = () =>
            {
                for (var i = 0; i < waiting.Length; i++)
                {
                    if (done[places[i]]) waiting[i].Done.SetResult();
                    else waiting[i].Done.SetException(new JournalFencedException("Another writer has taken the document over."));
                }
            };
        }
        catch (Exception exception)
        {
            // A full disk or a lost database: nothing of the group is written, and every waiter must know.
            tell = () =>
            {
                foreach (var pending in waiting) pending.Done.SetException(new JournalFencedException("The journal cannot be written.", exception));
            };
        }

        // One after the other, each in one piece: that wakes one thread of the pool and not one for each document, and what the waiters do next is not this thread's work.
        telling = telling.ContinueWith(_ => tell(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
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
