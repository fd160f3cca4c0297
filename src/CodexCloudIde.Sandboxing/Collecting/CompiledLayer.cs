using CodexCloudIde.Sandboxing.Linux;
using Microsoft.Win32.SafeHandles;

namespace CodexCloudIde.Sandboxing.Collecting;

/// <summary>
/// Adds what a run has compiled to what earlier runs had, after every process of it is gone. The host's directory holds nothing but what came in this way: folders and
/// files, never a link, so it may be written to by path.
/// </summary>
internal sealed class CompiledLayer(SafeFileHandle scratch, string directory, DateTimeOffset asOf, CancellationToken cancellationToken)
{
    private const int MostDepth = 64;
    private const int MostFiles = 200_000;
    private const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private int files;

    /// <returns>False when there is more than <paramref name="mostBytes"/>; then nothing was written.</returns>
    public bool Apply(long mostBytes)
    {
        // Opened for each walk: a folder is read once.
        using var measured = FolderReader.OpenFolder(scratch, "compiled");
        using var upper = FolderReader.OpenFolder(scratch, "compiled");
        if (measured is null || upper is null || Measure(measured, 0) > mostBytes) return false;
        Apply(upper, directory);
        return true;
    }

    /// <summary>Bytes of all files; more than anybody may keep when there are too many or they lie too deep.</summary>
    private long Measure(SafeFileHandle folder, int depth)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (depth > MostDepth) return long.MaxValue / 2;
        var (bytes, unreadable) = (0L, 0);
        foreach (var name in FolderReader.Names(folder, ref unreadable))
        {
            if (++files > MostFiles) return long.MaxValue / 2;
            switch (FolderReader.Status(folder, name))
            {
                case { Kind: EntryKind.File } file:
                    bytes += file.Size;
                    break;
                case { Kind: EntryKind.Folder }:
                    using (var inner = FolderReader.OpenFolder(folder, name)) bytes += inner is null ? 0 : Measure(inner, depth + 1);
                    break;
                default:
                    break;
            }

            if (bytes > long.MaxValue / 4) return long.MaxValue / 2;
        }

        return bytes;
    }

    private void Apply(SafeFileHandle upper, string target)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var unreadable = 0;
        foreach (var name in FolderReader.Names(upper, ref unreadable))
        {
            var path = Path.Combine(target, name);
            switch (FolderReader.Status(upper, name))
            {
                case { Kind: EntryKind.Folder }:
                    using (var inner = FolderReader.OpenFolder(upper, name))
                    {
                        if (inner is null) break;
                        if (File.Exists(path) || FolderReader.IsOpaque(inner)) Remove(path);
                        Directory.CreateDirectory(path);
                        SandboxUser.Own(path);
                        Apply(inner, path);
                    }

                    break;
                case { Kind: EntryKind.File } file:
                    Remove(path);
                    Copy(upper, name, file, path);
                    break;
                default:
                    // Deleted, or nothing that is kept: what was there before is not what the run saw.
                    Remove(path);
                    break;
            }
        }
    }

    private void Copy(SafeFileHandle folder, string name, EntryStatus status, string path)
    {
        using var source = FolderReader.OpenFile(folder, name);
        if (source is null) return;
        using (var from = new FileStream(source, FileAccess.Read, bufferSize: 0))
        using (var to = new FileStream(path, new FileStreamOptions
        {
            Mode = System.IO.FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0, UnixCreateMode = (status.Mode & 0x40) != 0 ? FileMode | Executable : FileMode,
        }))
        {
            from.CopyTo(to, 1 << 20);
        }

        SandboxUser.Own(path);
        var modified = DateTimeOffset.UnixEpoch.AddTicks(status.ModifiedNanoseconds / 100);
        File.SetLastWriteTimeUtc(path, (modified < asOf ? modified : asOf).UtcDateTime);
    }

    private static void Remove(string path)
    {
        if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
        else File.Delete(path);
    }
}
