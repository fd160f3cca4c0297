using System.Text;

namespace CodexCloudIde.Workspaces.Disk;

/// <summary>A file, folder or link found on a walk, with its path relative to where the walk began.</summary>
internal readonly record struct DiskNode(string Path, DiskStat Stat, DiskFolder Parent, DiskEntry Entry);

/// <summary>Walks and removes whole trees with a bounded number of descriptors, however deep a program has nested them.</summary>
internal static class DiskTree
{
    // The kernel takes paths to 4,095 bytes; what lies deeper can be removed but not addressed.
    private const int LongestPath = 4000;

    /// <summary>
    /// Everything beneath <paramref name="root"/>, folders before what is in them, folders first and then by name. What vanishes meanwhile is left out.
    /// <paramref name="enter"/> says which folders are entered, by path; depth 1 is the direct children.
    /// </summary>
    public static IEnumerable<DiskNode> Walk(DiskFolder root, string start, int depth, Func<string, bool> enter)
    {
        var pending = new Stack<(string Path, int Depth)>();
        pending.Push((start, 1));
        var first = true;
        while (pending.TryPop(out var next))
        {
            DiskFolder folder;
            try
            {
                folder = root.Folder(next.Path);
            }
            catch (IOException) when (!first)
            {
                // Gone or swapped for a link since its parent was read.
                continue;
            }

            first = false;
            using (folder)
            {
                var below = new List<string>();
                foreach (var entry in folder.Entries().OrderBy(e => e.Kind == DiskKind.Folder ? 0 : 1).ThenBy(e => e.Name, StringComparer.Ordinal))
                {
                    var path = next.Path.Length == 0 ? entry.Name : $"{next.Path}/{entry.Name}";
                    if (entry.Kind == DiskKind.Other || folder.Find(entry) is not { } stat)
                    {
                        continue;
                    }

                    yield return new DiskNode(path, stat, folder, entry);
                    if (stat.Kind == DiskKind.Folder && next.Depth < depth && Encoding.UTF8.GetByteCount(path) < LongestPath && enter(path))
                    {
                        below.Add(path);
                    }
                }

                for (var i = below.Count - 1; i >= 0; i--)
                {
                    pending.Push((below[i], next.Depth + 1));
                }
            }
        }
    }

    /// <summary>
    /// Removes everything in <paramref name="trash"/>. Folders are first lifted to its top, so neither recursion nor path length grows with depth.
    /// </summary>
    public static void Empty(DiskFolder trash)
    {
        var lifted = 0L;
        while (true)
        {
            var entries = trash.Entries();
            if (entries.Count == 0)
            {
                return;
            }

            foreach (var entry in entries)
            {
                if (entry.Kind != DiskKind.Folder)
                {
                    trash.RemoveFile(entry);
                    continue;
                }

                // By a name of our own: the entry's may not be valid UTF-8.
                var name = $"l{Environment.ProcessId}-{lifted++}";
                trash.Rename(entry.RawName, trash, name, replace: false);
                using (var folder = trash.Folder(name))
                {
                    foreach (var child in folder.Entries())
                    {
                        if (child.Kind == DiskKind.Folder)
                        {
                            folder.Rename(child.RawName, trash, $"l{Environment.ProcessId}-{lifted++}", replace: false);
                        }
                        else
                        {
                            folder.RemoveFile(child);
                        }
                    }
                }

                trash.RemoveFolder(new DiskEntry(Encoding.UTF8.GetBytes(name), DiskKind.Folder));
            }
        }
    }
}
