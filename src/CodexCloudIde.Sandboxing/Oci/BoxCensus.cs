namespace CodexCloudIde.Sandboxing.Oci;

/// <summary>
/// Every box that exists or is being made, whoever holds it. The runtime's end lets those in the making come into being first: a container whose folder is
/// taken from under it while it starts cannot be found any more.
/// </summary>
internal sealed class BoxCensus
{
    private readonly Lock gate = new();
    private readonly HashSet<OciBox> alive = [];
    private readonly TaskCompletionSource allMade = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int making;
    private bool ending;

    /// <summary>Makes one and counts it until it is gone.</summary>
    /// <exception cref="ObjectDisposedException">The end has begun.</exception>
    public async Task<OciBox> AddAsync(Func<Task<OciBox>> make)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(ending, typeof(OciRuntime));
            making++;
        }

        OciBox? made = null;
        try
        {
            return made = await make().ConfigureAwait(false);
        }
        finally
        {
            lock (gate)
            {
                alive.RemoveWhere(box => box.IsGone);
                if (made is not null)
                {
                    alive.Add(made);
                }

                making--;
                if (ending && making == 0)
                {
                    allMade.TrySetResult();
                }
            }
        }
    }

    /// <summary>No box is made from now on; completes when none is left.</summary>
    public async Task EndAsync()
    {
        lock (gate)
        {
            ending = true;
            if (making == 0)
            {
                allMade.TrySetResult();
            }
        }

        await allMade.Task.ConfigureAwait(false);
        await Task.WhenAll(alive.Select(box => box.DisposeAsync().AsTask())).ConfigureAwait(false);
    }
}
