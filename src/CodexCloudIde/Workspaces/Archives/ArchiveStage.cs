using System.Text;
using CodexCloudIde.Workspaces.Disk;

namespace CodexCloudIde.Workspaces.Archives;

/// <summary>
/// Where an archive unpacks to before anything of it reaches the workspace. Links are made last, so that no entry can be written through one; an entry beneath a
/// link of the same archive is refused.
/// </summary>
internal sealed class ArchiveStage(DiskFolder folder, ArchiveLimits limits)
{
    private readonly Dictionary<string, string> links = new(StringComparer.Ordinal);

    public int Files { get; private set; }

    /// <summary>The entry's path, checked; "" for the root itself.</summary>
    public static string PathOf(string name)
    {
        if (name.Length == 0)
        {
            throw ArchiveRefusedException.Because("unsafe-archive", "The archive has an entry without a name.");
        }

        var parsed = WorkspacePath.Parse(name, rootAllowed: true);
        return parsed.Succeeded
            ? parsed.Value
            : throw ArchiveRefusedException.Because(
                parsed.Refusal.Type == "name-too-long" ? "name-too-long" : "unsafe-archive",
                $"The archive's entry {ArchiveRefusedException.Shown(name)} cannot be unpacked: {parsed.Refusal.Detail}");
    }

    public void AddFolder(string path)
    {
        limits.CountEntry(path);
        RefuseBeneathLink(path);
        Placed(path, () => folder.FolderOrNew(path).Dispose());
    }

    public async Task AddFileAsync(string path, int mode, Func<Stream, Task> write)
    {
        limits.CountEntry(path);
        RefuseBeneathLink(path);
        links.Remove(path);
        var (parentPath, name) = WorkspacePath.Split(path);
        DiskFolder? parent = null;
        Placed(path, () => parent = folder.FolderOrNew(parentPath));
        using (parent)
        {
            var raw = new DiskEntry(Encoding.UTF8.GetBytes(name), DiskKind.File);
            if (parent!.Find(raw) is { Kind: DiskKind.File })
            {
                // A later entry of the same name replaces the earlier one, as tar does.
                parent.RemoveFile(raw);
                Files--;
            }

            Microsoft.Win32.SafeHandles.SafeFileHandle? file = null;
            // Readable and writable by its owner always; executable as packed; never set-id.
            Placed(path, () => file = parent.NewFile(name, (mode & 0x1ff) | 0x180));
            using (file)
            {
                await using var stream = new FileStream(file!, FileAccess.Write, bufferSize: 0, isAsync: false);
                await write(stream);
            }

            Files++;
        }
    }

    /// <summary>
    /// Remembers a link. Its text may begin with ".." as often as its folder is deep and have none later on: then, whatever other links it passes through, and as each
    /// of them obeys the same rule, it stays inside.
    /// </summary>
    public void AddLink(string path, string target)
    {
        limits.CountEntry(path);
        RefuseBeneathLink(path);
        var segments = target.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(s => s != ".").ToArray();
        var up = segments.TakeWhile(s => s == "..").Count();
        if (path.Length == 0 || target.Length is 0 or > 4000 || target.StartsWith('/') || target.Contains('\0', StringComparison.Ordinal)
            || up > path.Count(c => c == '/') || segments.Skip(up).Contains("..", StringComparer.Ordinal))
        {
            throw ArchiveRefusedException.Because(
                "unsafe-archive", $"The archive's link {ArchiveRefusedException.Shown(path)} points to {ArchiveRefusedException.Shown(target)}, which may leave the workspace.");
        }

        links[path] = target;
    }

    public void MakeLinks()
    {
        foreach (var (path, target) in links)
        {
            var (parentPath, name) = WorkspacePath.Split(path);
            Placed(path, () =>
            {
                using var parent = folder.FolderOrNew(parentPath);
                parent.MakeLink(name, target);
            });
            Files++;
        }
    }

    private void RefuseBeneathLink(string path)
    {
        for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = path.IndexOf('/', slash + 1))
        {
            if (links.ContainsKey(path[..slash]))
            {
                throw ArchiveRefusedException.Because(
                    "unsafe-archive", $"The archive's entry {ArchiveRefusedException.Shown(path)} lies beneath a link of the same archive.");
            }
        }
    }

    private static void Placed(string path, Action place)
    {
        try
        {
            place();
        }
        catch (IOException e) when (e.HResult is Native.EEXIST or Native.ENOTDIR or Native.EISDIR or Native.ELOOP)
        {
            throw ArchiveRefusedException.Because(
                "unsafe-archive", $"The archive names {ArchiveRefusedException.Shown(path)} both as a folder and as something else.");
        }
    }
}
