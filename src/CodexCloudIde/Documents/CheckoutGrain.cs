using CodexCloudIde.Documents.Journal;

namespace CodexCloudIde.Documents;

internal sealed class CheckoutGrain(DocumentJournal journal) : Grain, ICheckoutGrain
{
    private readonly HashSet<string> paths = new(StringComparer.Ordinal);

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        foreach (var key in await journal.Store.UnsavedAsync(this.GetPrimaryKeyString(), cancellationToken)) paths.Add(DocumentKey.Parse(key).Path);
    }

    public Task OpenedAsync(string path)
    {
        paths.Add(path);
        return Task.CompletedTask;
    }

    public Task ClosedAsync(string path)
    {
        paths.Remove(path);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<string>> PathsAsync() => Task.FromResult<IReadOnlyList<string>>(paths.ToArray());
}
