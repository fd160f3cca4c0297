using CodexCloudIde.Tenants;

namespace CodexCloudIde.Documents;

/// <summary>
/// The edits of one document on their way from this process to its writer. When there are few each goes at once; what comes while a call is under way goes together with
/// the next, so the busier a document is, the less each edit costs. One call at a time: their order stays, also when a call has to be tried again.
/// </summary>
internal sealed class EditLine(DocumentCalls calls)
{
    private const int MostTogether = 256;

    private readonly Lock gate = new();
    private readonly Queue<Waiting> waiting = new();
    private bool isUnderway;
    private DocumentKey known;
    private IDocumentGrain? grain;

    private readonly record struct Waiting(SubmittedEdit Edit, TaskCompletionSource<SubmitResult> Done);

    /// <summary>Completes when the edit is durable, or is refused. Tries again for a while when the writer is away.</summary>
    /// <param name="key">Where the document is now.</param>
    /// <param name="tenant">Of whoever edits.</param>
    /// <param name="edit">Of an older revision or the newest.</param>
    public Task<SubmitResult> SubmitAsync(DocumentKey key, TenantId tenant, SubmittedEdit edit)
    {
        if (tenant != key.Workspace.Tenant) return Task.FromResult(new SubmitResult(0, 0, null, "notFound"));
        // What waits goes on where the call ends, one after the other: the answers of one connection are then written in a row and leave in one packet.
        var mine = new Waiting(edit, new TaskCompletionSource<SubmitResult>());
        lock (gate)
        {
            waiting.Enqueue(mine);
            if (isUnderway) return mine.Done.Task;
            isUnderway = true;
        }

        _ = CallAsync(key, tenant);
        return mine.Done.Task;
    }

    private async Task CallAsync(DocumentKey key, TenantId tenant)
    {
        var document = Of(key);
        while (Take() is { } together)
        {
            try
            {
                SubmittedEdit[] edits = [.. together.Select(one => one.Edit)];
                var results = await calls.RetryAsync(() => document.SubmitAsync(tenant, edits), CancellationToken.None);
                for (var i = 0; i < together.Count; i++) together[i].Done.SetResult(results[i]);
            }
            catch (Exception failure)
            {
                // Each of them hears of it, and sends again what was not acknowledged.
                foreach (var one in together) one.Done.TrySetException(failure);
            }
        }
    }

    /// <summary>Orleans finds it by reflection each time it is asked.</summary>
    private IDocumentGrain Of(DocumentKey key)
    {
        if (grain is null || key != known) (known, grain) = (key, calls.Of(key));
        return grain;
    }

    /// <summary>Null when nothing waits: then no call is under way any more.</summary>
    private List<Waiting>? Take()
    {
        lock (gate)
        {
            if (waiting.Count == 0)
            {
                isUnderway = false;
                return null;
            }

            var together = new List<Waiting>();
            while (together.Count < MostTogether && waiting.TryDequeue(out var one)) together.Add(one);
            return together;
        }
    }
}
