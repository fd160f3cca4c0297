namespace CodexCloudIde.Inference;

/// <summary>
/// A slot of one backend, held only while the model streams. Say how it ended before disposing; a lease disposed without a word was abandoned by its
/// caller and says nothing about the backend.
/// </summary>
public sealed class SlotLease : IDisposable
{
    private readonly Pool pool;
    private readonly Waiter waiter;
    private readonly Backend backend;
    private readonly long startedAt;
    private TokenUsage? used;
    private bool? succeeded;
    private int disposed;

    internal SlotLease(Pool pool, Waiter waiter, Backend backend, long startedAt)
    {
        (this.pool, this.waiter, this.backend, this.startedAt) = (pool, waiter, backend, startedAt);
    }

    public BackendDefinition Backend => backend.Definition;

    /// <summary>The backend answered to the end.</summary>
    public void Succeeded() => succeeded = true;

    /// <summary>The backend refused, broke or went away.</summary>
    public void Failed() => succeeded = false;

    /// <summary>What it really used: replaces the estimate that the tenant was charged.</summary>
    public void Used(TokenUsage usage) => used = usage;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 0)
        {
            pool.Release(waiter, backend, startedAt, used, succeeded);
        }
    }
}
