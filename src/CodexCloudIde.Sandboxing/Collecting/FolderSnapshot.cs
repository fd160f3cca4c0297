using CodexCloudIde.Sandboxing.Linux;
using Microsoft.Win32.SafeHandles;

namespace CodexCloudIde.Sandboxing;

/// <summary>
/// What lies in a folder that sandboxed programs write to, to see afterwards what they changed. Links are seen, never followed; the named
/// folders are left out; what is beyond the caps is not seen.
/// </summary>
public sealed class FolderSnapshot
{
    private const int MostEntries = 200_000;
    private const int MostDepth = 64;

    /// <summary>UTF-16 units of all paths together: names of 255 bytes, 64 deep, would make 200,000 entries into gigabytes.</summary>
    private const int MostUnits = 16 << 20;

    private readonly Dictionary<string, EntryStatus> entries = new(StringComparer.Ordinal);

    private int units;

    private FolderSnapshot()
    {
    }

    public static FolderSnapshot Take(string folder, IReadOnlySet<string> ignored)
    {
        ArgumentNullException.ThrowIfNull(ignored);
        var snapshot = new FolderSnapshot();
        var opened = Libc.Open(folder, Libc.OpenReadOnly | Libc.OpenDirectory | Libc.OpenNoFollow | Libc.OpenCloseOnExec, 0);
        if (opened >= 0)
        {
            using var root = new SafeFileHandle(opened, ownsHandle: true);
            snapshot.Walk(root, "", 0, ignored);
        }

        return snapshot;
    }

    /// <summary>Paths that appeared, went or differ.</summary>
    public IReadOnlyList<string> ChangesSince(FolderSnapshot before)
    {
        ArgumentNullException.ThrowIfNull(before);
        var changed = entries.Where(pair => !before.entries.TryGetValue(pair.Key, out var was) || IsDifferent(was, pair.Value)).Select(pair => pair.Key);
        return [.. changed.Concat(before.entries.Keys.Where(path => !entries.ContainsKey(path))).Order(StringComparer.Ordinal)];
    }

    // A folder's own time changes with what is in it, which is listed by itself.
    private static bool IsDifferent(EntryStatus was, EntryStatus now) =>
        was.Kind != now.Kind || was.Inode != now.Inode || (now.Kind != EntryKind.Folder && (was.Size != now.Size || was.ModifiedNanoseconds != now.ModifiedNanoseconds));

    private void Walk(SafeFileHandle folder, string path, int depth, IReadOnlySet<string> ignored)
    {
        var unreadable = 0;
        foreach (var name in FolderReader.Names(folder, ref unreadable))
        {
            if (entries.Count >= MostEntries || units >= MostUnits || ignored.Contains(name) || FolderReader.Status(folder, name) is not { } status)
            {
                continue;
            }

            var inner = path.Length == 0 ? name : $"{path}/{name}";
            entries[inner] = status;
            units += inner.Length;
            if (status.Kind == EntryKind.Folder && depth < MostDepth)
            {
                using var opened = FolderReader.OpenFolder(folder, name);
                if (opened is not null)
                {
                    Walk(opened, inner, depth + 1, ignored);
                }
            }
        }
    }
}
