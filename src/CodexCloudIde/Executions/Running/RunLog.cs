using System.Runtime.CompilerServices;
using System.Text.Json;

namespace CodexCloudIde.Executions.Running;

/// <summary>The events of one run, kept from its beginning, so that whoever comes late or comes back misses nothing. Bounded by the output limit.</summary>
internal sealed class RunLog
{
    /// <summary>Characters taken at once, unless one event has more.</summary>
    private const int MostTogether = 1 << 20;

    private readonly Lock gate = new();
    private readonly List<ExecutionEvent> events = [];
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool ended;
    private long size;

    /// <summary>Characters of all events.</summary>
    public long Size => Interlocked.Read(ref size);

    /// <param name="told">What of the output or labels it is.</param>
    public void Append(string name, object data, RunPosition told = default) => Append(name, data, told, isLast: false);

    /// <summary>The last event; readers end after it.</summary>
    public void End(string name, object data) => Append(name, data, default, isLast: true);

    /// <summary>Every event after <paramref name="after"/>, then those to come, until the end.</summary>
    public async IAsyncEnumerable<ExecutionEvent> ReadAsync(RunPosition after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (await TakeAsync(after, cancellationToken) is { Count: > 0 } ready)
        {
            foreach (var happened in ready)
            {
                yield return happened;
                after = after.With(happened);
            }
        }
    }

    /// <summary>Some events after <paramref name="after"/>, awaited if there are none yet; none when it has ended.</summary>
    public async Task<IReadOnlyList<ExecutionEvent>> TakeAsync(RunPosition after, CancellationToken cancellationToken)
    {
        var next = (int)Math.Clamp(after.Event, 0, int.MaxValue);
        while (true)
        {
            List<ExecutionEvent> ready;
            Task more;
            bool last;
            lock (gate)
            {
                long taken = 0;
                ready = next < events.Count ? [.. events.Skip(next).TakeWhile(happened => (taken += happened.Data.Length) <= MostTogether || taken == happened.Data.Length)] : [];
                more = changed.Task;
                last = ended;
            }

            next += ready.Count;
            if (ready.Where(happened => !after.Covers(happened)).ToList() is { Count: > 0 } news)
            {
                return news;
            }

            if (ready.Count == 0)
            {
                if (last)
                {
                    return [];
                }

                await more.WaitAsync(cancellationToken);
            }
        }
    }

    private void Append(string name, object data, RunPosition told, bool isLast)
    {
        var text = JsonSerializer.Serialize(data, RunJson.Options);
        lock (gate)
        {
            if (ended)
            {
                return;
            }

            var before = events.Count > 0 ? events[^1].Position : RunPosition.Start;
            var position = new RunPosition(events.Count + 1, before.Stdout + told.Stdout, before.Stderr + told.Stderr, before.Labels + told.Labels);
            events.Add(new ExecutionEvent(name, text) { Position = isLast ? RunPosition.End : position });
            size += text.Length;
            ended = isLast;
            Announce();
        }
    }

    private void Announce()
    {
        changed.TrySetResult();
        changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

internal static class RunJson
{
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web) { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
