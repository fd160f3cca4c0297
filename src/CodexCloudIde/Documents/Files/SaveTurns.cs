namespace CodexCloudIde.Documents.Files;

/// <summary>
/// Files that are written by themselves, because somebody paused, take turns: a hundred documents that were typed in at once would else be flushed at once, and every
/// acknowledgement would wait for that disk. What somebody waits for (a run, a save) does not queue here.
/// </summary>
internal sealed class SaveTurns : IDisposable
{
    private const int AtOnce = 2;

    private readonly SemaphoreSlim turns = new(AtOnce);

    public async Task<T> TakeAsync<T>(Func<Task<T>> save, CancellationToken cancellationToken)
    {
        await turns.WaitAsync(cancellationToken);
        try
        {
            return await save();
        }
        finally
        {
            turns.Release();
        }
    }

    public void Dispose() => turns.Dispose();
}
