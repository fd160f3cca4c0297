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

    public void Append(string name, object data)
    {
        var text = JsonSerializer.Serialize(data, RunJson.Options);
        lock (gate)
        {
            if (ended)
            {
                return;
            }

            events.Add(new ExecutionEvent(events.Count + 1, name, text));
            size += text.Length;
            Announce();
        }
    }

    /// <summary>The last event; readers end after it.</summary>
    public void End(string name, object data)
    {
        Append(name, data);
        lock (gate)
        {
            ended = true;
            Announce();
        }
    }

    /// <summary>Every event after <paramref name="afterId"/>, then those to come, until the end.</summary>
    public async IAsyncEnumerable<ExecutionEvent> ReadAsync(long afterId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var next = (int)Math.Clamp(afterId, 0, int.MaxValue);
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

            foreach (var happened in ready)
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
