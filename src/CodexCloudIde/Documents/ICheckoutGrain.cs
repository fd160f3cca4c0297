namespace CodexCloudIde.Documents;

/// <summary>Which documents of a checkout are open; the key is the <see cref="Workspaces.WorkspaceRef"/>.</summary>
internal interface ICheckoutGrain : IGrainWithStringKey
{
    /// <summary>A document says that it is open; repeated while it is, so that this memory heals after a crash.</summary>
    Task OpenedAsync(string path);

    Task ClosedAsync(string path);

    /// <summary>Paths of documents that are open, or whose file is behind since a crash.</summary>
    Task<IReadOnlyList<string>> PathsAsync();
}
