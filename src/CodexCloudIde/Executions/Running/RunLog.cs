using System.Runtime.CompilerServices;
using System.Text.Json;

namespace CodexCloudIde.Executions.Running;

/// <summary>The events of one run, kept from its beginning, so that whoever comes late or comes back misses nothing. Bounded by the output limit.</summary>
internal sealed class RunLog
{
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
        var next = (int)Math.Clamp(after.Event, 0, int.MaxValue);
        while (true)
        {
            ExecutionEvent[] ready;
            Task more;
            bool last;
            lock (gate)
            {
                ready = next < events.Count ? [.. events.Skip(next)] : [];
                more = changed.Task;
                last = ended;
            }

            foreach (var happened in ready.Where(happened => !after.Covers(happened)))
            {
                yield return happened;
            }

            next += ready.Length;
            if (ready.Length == 0)
            {
                if (last)
                {
                    yield break;
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
