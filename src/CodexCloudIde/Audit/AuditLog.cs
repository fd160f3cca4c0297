using System.Text.Json.Nodes;
using System.Threading.Channels;
using CodexCloudIde.Tenants;

namespace CodexCloudIde.Audit;

/// <summary>What is to be recorded. Ids, hashes and figures only: never prompts, code, output or secrets.</summary>
/// <param name="Tenant">The chain; null is the system's.</param>
/// <param name="Actor">Who.</param>
/// <param name="Type">What, dotted: <c>execution.started</c>, <c>task.approval</c>, <c>signin.succeeded</c>.</param>
/// <param name="Target">On what: <c>workspace/…</c>, <c>execution/…</c>.</param>
/// <param name="Result"><c>allowed</c>, <c>denied</c>, <c>succeeded</c>, <c>failed</c>, …</param>
/// <param name="Data">Small JSON object, at most 8 KB.</param>
public sealed record AuditRecord(TenantId? Tenant, Actor Actor, string Type, string Target, string Result, JsonObject? Data = null);

/// <summary>Appends to the tenant's hash chain; completes when durable. What cannot be recorded is not done.</summary>
/// <remarks>One writer takes what has gathered meanwhile as one transaction, so that many callers share one flush.</remarks>
public sealed partial class AuditLog : IAsyncDisposable
{
    private const int MostData = 8 * 1024;
    private const int MostAtOnce = 256;

    private readonly Channel<Waiting> waiting = Channel.CreateBounded<Waiting>(new BoundedChannelOptions(4096) { SingleReader = true });
    private readonly AuditStore store;
    private readonly TimeProvider time;
    private readonly ILogger<AuditLog> logger;
    private readonly Task writer;

    internal AuditLog(AuditStore store, TimeProvider time, ILogger<AuditLog> logger)
    {
        this.store = store;
        this.time = time;
        this.logger = logger;
        writer = Task.Run(WriteAsync);
    }

    /// <returns>The entry's sequence.</returns>
    /// <exception cref="IOException">It cannot be written: the caller must not go on.</exception>
    public async Task<long> AppendAsync(AuditRecord record, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(record);
        if (record.Data is { } data && data.ToJsonString().Length > MostData) throw new ArgumentException($"More than {MostData} bytes of data.", nameof(record));
        var item = new Waiting(record, new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously));
        await waiting.Writer.WriteAsync(item, cancellationToken);
        return await item.Done.Task.WaitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        waiting.Writer.TryComplete();
        await writer;
    }

    private async Task WriteAsync()
    {
        List<Waiting> batch = [];
        while (await waiting.Reader.WaitToReadAsync())
        {
            batch.Clear();
            while (batch.Count < MostAtOnce && waiting.Reader.TryRead(out var item)) batch.Add(item);
            try
            {
                var sequences = await store.AppendAsync([.. batch.Select(item => item.Record)], time.GetUtcNow(), CancellationToken.None);
                for (var index = 0; index < batch.Count; index++) batch[index].Done.SetResult(sequences[index]);
            }
            catch (Exception exception)
            {
                // Whatever the reason, nothing of this batch was recorded, and each caller must learn it.
                LogNotWritten(exception, batch.Count);
                foreach (var item in batch) item.Done.SetException(new IOException("The audit log cannot be written.", exception));
            }
        }
    }

    private sealed record Waiting(AuditRecord Record, TaskCompletionSource<long> Done);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Count} audit entries could not be written; what they record is refused")]
    private partial void LogNotWritten(Exception exception, int count);
}
