using CodexCloudIde.Api;
using CodexCloudIde.Workspaces.Disk;
using Microsoft.Extensions.Options;
using Microsoft.Win32.SafeHandles;

namespace CodexCloudIde.Workspaces;

/// <summary>One entry of a tree.</summary>
/// <param name="Path">Relative, '/' separated, never beginning with '/'.</param>
/// <param name="Kind"><c>file</c>, <c>folder</c> or <c>link</c>.</param>
/// <param name="Size">Bytes; 0 for folders.</param>
/// <param name="ModifiedAt">UTC.</param>
public sealed record TreeEntry(string Path, string Kind, long Size, DateTimeOffset ModifiedAt);

/// <summary>An open regular file with what it was when it was opened.</summary>
internal sealed record OpenedFile(SafeFileHandle Handle, DiskStat Stat) : IDisposable
{
    public void Dispose() => Handle.Dispose();
}

/// <summary>
/// A workspace's files on disk. Every path is resolved beneath the root without following any link (openat2), because sandboxed
/// programs may plant them. Bytes only: what an open document holds is Documents' business.
/// </summary>
/// <remarks>
/// Theory of operation. Beside each checkout lies a <c>staging</c> folder on the same file system that no sandbox ever sees. What is written is written
/// there and then renamed into place, so a reader sees the old bytes or the new ones, a full disk or a lost connection leaves nothing half-written, and
/// a program in the sandbox cannot swap the file under the writer. What is deleted is renamed there first, so it vanishes at once however large it is.
/// </remarks>
public sealed class WorkspaceFolder(IOptions<WorkspaceOptions> options, WorkspaceUsage usage)
{
    private readonly string root = options.Value.Folder ?? throw new InvalidOperationException("WorkspaceOptions.Folder is not set.");

    /// <summary>Absolute host path of a checkout's root, for the sandbox's mount only.</summary>
    public string RootOf(WorkspaceRef workspace) => Path.Combine(HomeOf(workspace), NameOf(workspace));

    /// <summary>Absolute host path of what was compiled from a checkout; it goes with the workspace.</summary>
    public string CompiledOf(WorkspaceRef workspace) => Path.Combine(HomeOf(workspace), "compiled", NameOf(workspace));

    /// <summary>Makes the checkout's folder if it is not there yet.</summary>
    public void Create(WorkspaceRef workspace)
    {
        Directory.CreateDirectory(root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var home = HomeOf(workspace);
        Directory.CreateDirectory(Path.Combine(home, "staging"));
        using var folder = DiskFolder.Open(home);
        if (folder.Find(NameOf(workspace)) is null)
        {
            folder.MakeFolder(NameOf(workspace));
        }
    }

    /// <summary>Puts a folder in place of the checkout, which must be empty.</summary>
    internal void Replace(WorkspaceRef workspace, DiskFolder from, string name)
    {
        using var home = DiskFolder.Open(HomeOf(workspace));
        from.Rename(name, home, NameOf(workspace), replace: true);
    }

    /// <summary>Removes a workspace's files, all checkouts.</summary>
    public void Destroy(WorkspaceRef workspace)
    {
        var home = HomeOf(workspace);
        if (!Directory.Exists(home))
        {
            return;
        }

        var trash = $"{home}.deleted";
        Directory.Move(home, trash);
        using (var folder = DiskFolder.Open(trash))
        {
            DiskTree.Empty(folder);
        }

        Directory.Delete(trash);
        usage.Forget(workspace);
    }

    /// <summary>The bytes; 404 when nothing is there, 409 when it is no regular file, 413 above <paramref name="limit"/> bytes.</summary>
    public async Task<Outcome<byte[]>> ReadAsync(WorkspaceRef workspace, string path, long limit, CancellationToken cancellationToken)
    {
        var opened = OpenFile(workspace, path);
        if (!opened.Succeeded)
        {
            return opened.Refusal;
        }

        using var file = opened.Value;
        if (file.Stat.Size > limit)
        {
            return new Refusal(413, "too-large", $"The file has {file.Stat.Size} bytes; at most {limit} can be read in this way.");
        }

        // The size may change while it is read: take what is there, up to the limit.
        using var copy = new MemoryStream((int)file.Stat.Size);
        using var stream = new FileStream(file.Handle, FileAccess.Read, bufferSize: 0, isAsync: false);
        await using var bounded = new BoundedStream(stream, limit);
        try
        {
            await bounded.CopyToAsync(copy, cancellationToken);
        }
        catch (TooLargeException)
        {
            return new Refusal(413, "too-large", $"The file grew past {limit} bytes while it was read.");
        }

        return copy.Length == copy.GetBuffer().Length ? copy.GetBuffer() : copy.ToArray();
    }

    /// <summary>A regular file, opened.</summary>
    internal Outcome<OpenedFile> OpenFile(WorkspaceRef workspace, string path) => WithPath<OpenedFile>(path, false, clean =>
    {
        using var folder = OpenRoot(workspace);
        var handle = folder.FileToRead(clean);
        return new OpenedFile(handle, DiskFolder.StatOf(handle, clean));
    });

    /// <summary>What is at the path; 404 when nothing.</summary>
    internal Outcome<DiskStat> Find(WorkspaceRef workspace, string path) => WithPath<DiskStat>(path, true, clean =>
    {
        using var folder = OpenRoot(workspace);
        return folder.Find(clean) is { } stat ? stat : DiskRefusals.NoSuchPath;
    });

    /// <summary>Atomic replace, keeping the mode; makes parent folders; stored as the workspace's own uid.</summary>
    public async Task<Refusal?> WriteAsync(WorkspaceRef workspace, string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        await using var stream = new ReadOnlyMemoryStream(content);
        return await WriteAsync(workspace, path, stream, content.Length, cancellationToken);
    }

    /// <summary>The same from a stream of at most <paramref name="limit"/> bytes, in constant memory; 413 above, and nothing is changed.</summary>
    public async Task<Refusal?> WriteAsync(WorkspaceRef workspace, string path, Stream content, long limit, CancellationToken cancellationToken)
    {
        var parsed = WorkspacePath.Parse(path);
        if (!parsed.Succeeded)
        {
            return parsed.Refusal;
        }

        try
        {
            var room = usage.RoomLeft(workspace, this);
            using var home = DiskFolder.Open(HomeOf(workspace));
            using var staging = home.FolderOrNew("staging");
            using var checkout = home.Folder(NameOf(workspace));
            if (checkout.Find(parsed.Value) is { Kind: not DiskKind.File } there)
            {
                return there.Kind == DiskKind.Folder ? new Refusal(409, "is-a-folder", "A folder is at this path.", "path") : DiskRefusals.NotAFile;
            }

            var name = $"w{Guid.NewGuid():N}";
            try
            {
                long written;
                using (var file = staging.NewFile(name))
                {
                    await using var stream = new FileStream(file, FileAccess.Write, bufferSize: 0, isAsync: false);
                    await using var bounded = new BoundedStream(content, Math.Min(limit, room));
                    await bounded.CopyToAsync(stream, 256 * 1024, cancellationToken);
                    RandomAccess.FlushToDisk(file);
                    written = bounded.Count;
                    var (parentPath, fileName) = WorkspacePath.Split(parsed.Value);
                    using var parent = checkout.FolderOrNew(parentPath);
                    if (checkout.Find(parsed.Value) is { Kind: DiskKind.File } old)
                    {
                        _ = Native.fchmod(file, (uint)old.Mode);
                    }

                    staging.Rename(name, parent, fileName, replace: true);
                }

                usage.Add(workspace, written);
                return null;
            }
            catch (Exception)
            {
                Discard(staging, name);
                throw;
            }
        }
        catch (TooLargeException e)
        {
            return e.Limit < limit ? WorkspaceUsage.Full(options.Value.Quota) : TooLarge(limit);
        }
        catch (IOException e) when (DiskRefusals.Of(e) is { } refusal)
        {
            return refusal;
        }
    }

    /// <summary>Deletes a file, a link or a whole folder; it is gone at once.</summary>
    public Task<Refusal?> DeleteAsync(WorkspaceRef workspace, string path, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var trash = $"d{Guid.NewGuid():N}";
        try
        {
            return Task.FromResult(SetAside(workspace, path, trash));
        }
        finally
        {
            DiscardStaged(workspace, trash);
        }
    }

    /// <summary>Takes a file, a link or a whole folder out of the checkout, into the new staging folder of this name, where it lies as <c>x</c>.</summary>
    internal Refusal? SetAside(WorkspaceRef workspace, string path, string staged) => WithPath<bool>(path, false, clean =>
    {
        using var home = DiskFolder.Open(HomeOf(workspace));
        using var staging = home.FolderOrNew("staging");
        using var checkout = home.Folder(NameOf(workspace));
        var (folder, name) = WorkspacePath.Split(clean);
        using var parent = checkout.Folder(folder);
        staging.MakeFolder(staged);
        using var aside = staging.Folder(staged);
        parent.Rename(name, aside, "x", replace: false);
        usage.Forget(workspace);
        return true;
    }).Refusal;

    /// <summary>The opposite of <see cref="SetAside"/>; 409 when something is at the path meanwhile.</summary>
    internal Refusal? PutBack(WorkspaceRef workspace, string staged, string path) => WithPath<bool>(path, false, clean =>
    {
        using var aside = OpenStaged(workspace, staged);
        using var checkout = OpenRoot(workspace);
        var (folder, name) = WorkspacePath.Split(clean);
        using var parent = checkout.FolderOrNew(folder);
        aside.Rename("x", parent, name, replace: false);
        usage.Forget(workspace);
        return true;
    }).Refusal;

    /// <summary>Bytes that the file system has left.</summary>
    internal long FreeSpace(WorkspaceRef workspace) => new DriveInfo(HomeOf(workspace)).AvailableFreeSpace;

    internal DiskFolder OpenStaged(WorkspaceRef workspace, string staged)
    {
        using var home = DiskFolder.Open(HomeOf(workspace));
        return home.Folder($"staging/{staged}");
    }

    /// <summary>Removes a staging folder with all that is in it; one that is not there is no error.</summary>
    internal void DiscardStaged(WorkspaceRef workspace, string staged)
    {
        try
        {
            using var home = DiskFolder.Open(HomeOf(workspace));
            using var staging = home.Folder("staging");
            using (var trash = staging.Folder(staged))
            {
                DiskTree.Empty(trash);
            }

            staging.RemoveFolder(new DiskEntry(System.Text.Encoding.UTF8.GetBytes(staged), DiskKind.Folder));
        }
        catch (IOException e) when (e.HResult == Native.ENOENT)
        {
            // Gone with its workspace, or removed by another process.
        }
    }

    /// <summary>Renames a file or folder; makes the target's parents; 409 when something is at the target.</summary>
    public Task<Refusal?> MoveAsync(WorkspaceRef workspace, string from, string to, CancellationToken cancellationToken)
    {
        var target = WorkspacePath.Parse(to, field: "to");
        if (!target.Succeeded)
        {
            return Task.FromResult<Refusal?>(target.Refusal);
        }

        return Task.FromResult(WithPath<bool>(from, false, clean =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var checkout = OpenRoot(workspace);
            if (checkout.Find(clean) is null)
            {
                return DiskRefusals.NoSuchPath;
            }

            if (target.Value == clean || target.Value.StartsWith(clean + "/", StringComparison.Ordinal))
            {
                return target.Value == clean ? true : new Refusal(409, "into-itself", "A folder cannot be moved into itself.", "to");
            }

            var (fromFolder, fromName) = WorkspacePath.Split(clean);
            var (toFolder, toName) = WorkspacePath.Split(target.Value);
            using var source = checkout.Folder(fromFolder);
            using var destination = checkout.FolderOrNew(toFolder);
            source.Rename(fromName, destination, toName, replace: false);
            return true;
        }, "from").Refusal);
    }

    /// <summary>Makes a folder with its parents; one that is there already is no error.</summary>
    public Task<Refusal?> MakeFolderAsync(WorkspaceRef workspace, string path, CancellationToken cancellationToken) => Task.FromResult(WithPath<bool>(path, false, clean =>
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var checkout = OpenRoot(workspace);
        checkout.FolderOrNew(clean).Dispose();
        return true;
    }).Refusal);

    /// <summary>
    /// Entries below <paramref name="path"/> ("" is the root), to <paramref name="depth"/> levels, at most <see cref="WorkspaceOptions.MostTreeEntries"/>. Within a
    /// folder, folders come first. The repository's own folder <c>.git</c> is not listed.
    /// </summary>
    public Task<Outcome<IReadOnlyList<TreeEntry>>> ListAsync(WorkspaceRef workspace, string path, int depth, CancellationToken cancellationToken) =>
        Task.FromResult(WithPath<IReadOnlyList<TreeEntry>>(path, true, clean =>
        {
            using var checkout = OpenRoot(workspace);
            var entries = new List<TreeEntry>();
            foreach (var node in DiskTree.Walk(checkout, clean, depth, below => below != ".git"))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (node.Path == ".git")
                {
                    continue;
                }

                if (entries.Count == options.Value.MostTreeEntries)
                {
                    break;
                }

                entries.Add(Describe(node.Path, node.Stat));
            }

            return entries;
        }));

    internal static TreeEntry Describe(string path, DiskStat stat) => new(
        path,
        stat.Kind switch { DiskKind.Folder => "folder", DiskKind.Link => "link", _ => "file" },
        stat.Kind == DiskKind.Folder ? 0 : stat.Size,
        stat.ModifiedAt);

    internal static Refusal TooLarge(long limit) =>
        new(413, "too-large", $"Files may have at most {limit} bytes here. The limit is the setting {WorkspaceOptions.Section}:{nameof(WorkspaceOptions.LargestFile)}.");

    internal DiskFolder OpenRoot(WorkspaceRef workspace) => DiskFolder.Open(RootOf(workspace));

    /// <summary>An empty folder that no sandbox sees, on the workspace's file system; removed with all that is left in it.</summary>
    internal StagingFolder Stage(WorkspaceRef workspace)
    {
        var name = $"s{Guid.NewGuid():N}";
        using var home = DiskFolder.Open(HomeOf(workspace));
        using var staging = home.FolderOrNew("staging");
        staging.MakeFolder(name);
        return new StagingFolder(Path.Combine(HomeOf(workspace), "staging", name), staging.Folder(name));
    }

    private string HomeOf(WorkspaceRef workspace)
    {
        ArgumentNullException.ThrowIfNull(workspace);
        return Path.Combine(root, workspace.Tenant.ToString(), workspace.Workspace.ToString());
    }

    private static string NameOf(WorkspaceRef workspace) =>
        WorkspaceRef.IsCheckout(workspace.Checkout)
            ? workspace.Checkout
            : throw new ArgumentException("A checkout's name has only letters, digits and '-'.", nameof(workspace));

    private static Outcome<T> WithPath<T>(string path, bool rootAllowed, Func<string, Outcome<T>> use, string field = "path")
    {
        var parsed = WorkspacePath.Parse(path, rootAllowed, field);
        if (!parsed.Succeeded)
        {
            return parsed.Refusal;
        }

        try
        {
            return use(parsed.Value);
        }
        catch (IOException e) when (DiskRefusals.Of(e) is { } refusal)
        {
            return refusal;
        }
    }

    private static void Discard(DiskFolder staging, string name)
    {
        try
        {
            staging.RemoveFile(new DiskEntry(System.Text.Encoding.UTF8.GetBytes(name), DiskKind.File));
        }
        catch (IOException)
        {
            // Never made, or renamed into place already.
        }
    }
}
