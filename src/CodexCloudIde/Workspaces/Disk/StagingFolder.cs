namespace CodexCloudIde.Workspaces.Disk;

/// <summary>A folder of the host's own, beside a workspace's checkouts; gone when disposed.</summary>
internal sealed class StagingFolder(string path, DiskFolder folder) : IDisposable
{
    /// <summary>Absolute host path.</summary>
    public string Path => path;

    public DiskFolder Folder => folder;

    public void Dispose()
    {
        DiskTree.Empty(folder);
        folder.Dispose();
        Directory.Delete(path);
    }
}
