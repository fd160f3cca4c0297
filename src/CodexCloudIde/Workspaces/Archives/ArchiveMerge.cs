using CodexCloudIde.Api;
using CodexCloudIde.Documents;
using CodexCloudIde.Tenants;
using CodexCloudIde.Workspaces.Disk;

namespace CodexCloudIde.Workspaces.Archives;

/// <summary>
/// From a stage into a checkout. First everything is checked against what is there, then files are renamed into place; those that are open as documents
/// become operations instead.
/// </summary>
internal sealed class ArchiveMerge(WorkspaceRef workspace, Actor actor, DiskFolder unpacked, WorkspaceFolder folder, OpenDocuments documents)
{
    public async Task<Refusal?> RunAsync(CancellationToken cancellationToken)
    {
        using var checkout = folder.OpenRoot(workspace);
        var nodes = DiskTree.Walk(unpacked, "", int.MaxValue, _ => true).Select(n => (n.Path, n.Stat)).ToList();
        foreach (var (path, stat) in nodes)
        {
            if (Clash(checkout, path, stat.Kind) is { } refusal)
            {
                return refusal;
            }
        }

        var open = await documents.MaterialiseAsync(workspace, cancellationToken);
        foreach (var (path, stat) in nodes)
        {
            if (stat.Kind == DiskKind.Folder)
            {
                checkout.FolderOrNew(path).Dispose();
            }
            else if (stat.Kind == DiskKind.File && open.ContainsKey(path))
            {
                if (await SubmitAsync(path, cancellationToken) is { } refusal)
                {
                    return refusal;
                }
            }
            else
            {
                Place(checkout, path);
            }
        }

        return null;
    }

    private static Refusal? Clash(DiskFolder checkout, string path, DiskKind kind)
    {
        try
        {
            var there = checkout.Find(path);
            return there is null || (there.Value.Kind == DiskKind.Folder) == (kind == DiskKind.Folder)
                ? null
                : Clashing(path);
        }
        catch (IOException e) when (e.HResult is Native.ELOOP or Native.EXDEV)
        {
            return Clashing(path);
        }
    }

    private static Refusal Clashing(string path) => new(
        422, "archive-clash", $"The archive's entry {ArchiveRefusedException.Shown(path)} meets something of another kind in the workspace; nothing was written.");

    private async Task<Refusal?> SubmitAsync(string path, CancellationToken cancellationToken)
    {
        using var file = unpacked.FileToRead(path);
        var content = new byte[RandomAccess.GetLength(file)];
        using var stream = new FileStream(file, FileAccess.Read, bufferSize: 0, isAsync: false);
        await stream.ReadExactlyAsync(content, cancellationToken);
        return await documents.WriteAsync(workspace, path, actor, content, WriteBasis.Newest, cancellationToken);
    }

    private void Place(DiskFolder checkout, string path)
    {
        var (parentPath, name) = WorkspacePath.Split(path);
        using var from = unpacked.Folder(parentPath);
        using var to = checkout.FolderOrNew(parentPath);
        // A link replaces a file or link of that name, as unpacking does; never a folder (checked above).
        from.Rename(name, to, name, replace: true);
    }
}
