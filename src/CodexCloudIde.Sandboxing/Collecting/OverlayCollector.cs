using CodexCloudIde.Sandboxing.Linux;
using Microsoft.Win32.SafeHandles;

namespace CodexCloudIde.Sandboxing.Collecting;

/// <summary>
/// Reads what a run left in the overlay's upper layer, after every process of it is gone: nothing can be swapped any more. A whiteout is a
/// deletion, an opaque folder hides everything below it, links and special files are left behind.
/// </summary>
internal sealed class OverlayCollector(SafeFileHandle scratch, SafeFileHandle lower, CollectLimits limits, CancellationToken cancellationToken)
{
    private readonly List<CollectedChange> changes = [];
    private long bytes;
    private int skipped;
    private bool truncated;

    public CollectedChanges Collect()
    {
        using var upper = FolderReader.OpenFolder(scratch, "upper");
        if (upper is not null)
        {
            Walk(upper, "", 0);
        }

        changes.Sort((a, b) => string.CompareOrdinal(a.Path, b.Path));
        return new CollectedChanges(changes, truncated, skipped);
    }

    private void Walk(SafeFileHandle upper, string path, int depth)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (depth > limits.Depth)
        {
            truncated = true;
            return;
        }

        var names = FolderReader.Names(upper, ref skipped);
        if (depth > 0 && FolderReader.IsOpaque(upper))
        {
            DeleteBelow(path, names.ToHashSet(StringComparer.Ordinal), depth);
        }

        foreach (var name in names)
        {
            if (truncated && changes.Count >= limits.Files)
            {
                return;
            }

            Visit(upper, name, path.Length == 0 ? name : $"{path}/{name}", depth);
        }
    }

    private void Visit(SafeFileHandle folder, string name, string path, int depth)
    {
        switch (FolderReader.Status(folder, name))
        {
            case { Kind: EntryKind.Folder }:
                using (var inner = FolderReader.OpenFolder(folder, name))
                {
                    if (inner is null)
                    {
                        skipped++;
                        return;
                    }

                    if (LowerKind(path) is EntryKind.File or EntryKind.Link)
                    {
                        Add(new CollectedChange(path, ChangeKind.Deleted, 0, null, false));
                    }

                    Walk(inner, path, depth + 1);
                }

                break;
            case { Kind: EntryKind.Whiteout }:
                DeleteLower(path, depth);
                break;
            case { Kind: EntryKind.File } status:
                AddFile(folder, name, path, status, depth);
                break;
            default:
                // What a link or device replaced is gone, though the thing itself is not brought out.
                DeleteLower(path, depth);
                skipped++;
                break;
        }
    }

    private void AddFile(SafeFileHandle folder, string name, string path, EntryStatus status, int depth)
    {
        var before = LowerStatus(path);
        if (before is { Kind: EntryKind.Folder })
        {
            DeleteLower(path, depth);
        }

        byte[]? content = null;
        var fits = status.Size <= limits.FileBytes && bytes + status.Size <= limits.TotalBytes;
        var executable = (status.Mode & 0x40) != 0;
        if (fits && (limits.Contents || before?.Size == status.Size))
        {
            content = FolderReader.ReadAll(folder, name, limits.FileBytes);
            if (content is not null && before is { Kind: EntryKind.File } old && old.Size == status.Size && ((old.Mode & 0x40) != 0) == executable
                && FolderReader.ReadAll(lower, path, limits.FileBytes) is { } was && was.AsSpan().SequenceEqual(content))
            {
                return;
            }

            content = limits.Contents ? content : null;
        }
        else if (!fits && limits.Contents)
        {
            truncated = true;
        }

        bytes += content?.Length ?? 0;
        Add(new CollectedChange(path, before is { Kind: EntryKind.File } ? ChangeKind.Modified : ChangeKind.Added, status.Size, content, executable));
    }

    private void DeleteBelow(string path, HashSet<string> replaced, int depth)
    {
        using var folder = FolderReader.OpenFolder(lower, path);
        if (folder is null)
        {
            return;
        }

        foreach (var name in FolderReader.Names(folder, ref skipped).Where(name => !replaced.Contains(name)))
        {
            DeleteLower($"{path}/{name}", depth + 1);
        }
    }

    private void DeleteLower(string path, int depth)
    {
        if (depth > limits.Depth || changes.Count >= limits.Files)
        {
            truncated = true;
            return;
        }

        switch (LowerKind(path))
        {
            case EntryKind.Folder:
                using (var folder = FolderReader.OpenFolder(lower, path))
                {
                    foreach (var name in folder is null ? [] : FolderReader.Names(folder, ref skipped))
                    {
                        DeleteLower($"{path}/{name}", depth + 1);
                    }
                }

                break;
            case null:
                break;
            default:
                Add(new CollectedChange(path, ChangeKind.Deleted, 0, null, false));
                break;
        }
    }

    private EntryStatus? LowerStatus(string path)
    {
        // The parent is resolved without links; the last name is looked at, not through.
        var slash = path.LastIndexOf('/');
        if (slash < 0)
        {
            return FolderReader.Status(lower, path);
        }

        using var parent = FolderReader.OpenFolder(lower, path[..slash]);
        return parent is null ? null : FolderReader.Status(parent, path[(slash + 1)..]);
    }

    private EntryKind? LowerKind(string path) => LowerStatus(path)?.Kind;

    private void Add(CollectedChange change)
    {
        if (changes.Count >= limits.Files)
        {
            truncated = true;
            return;
        }

        changes.Add(change);
    }
}
