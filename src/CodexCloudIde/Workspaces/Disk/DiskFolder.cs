using System.Runtime.InteropServices;
using System.Text;
using CodexCloudIde.Sandboxing;
using Microsoft.Win32.SafeHandles;

namespace CodexCloudIde.Workspaces.Disk;

/// <summary>What a directory entry is.</summary>
internal enum DiskKind
{
    File,
    Folder,
    Link,

    /// <summary>FIFO, socket, device: listed nowhere, read never.</summary>
    Other,
}

/// <summary>An entry's metadata, of the entry itself and never of what a link points at.</summary>
internal readonly record struct DiskStat(DiskKind Kind, long Size, long Blocks, int Mode, ulong Inode, DateTimeOffset ModifiedAt, long ChangedNanoseconds);

/// <summary>An entry by its raw name: names need not be valid UTF-8, a sandboxed program chose them.</summary>
internal readonly record struct DiskEntry(byte[] RawName, DiskKind Kind)
{
    public string Name => Encoding.UTF8.GetString(RawName);
}

/// <summary>
/// An open folder of the host. Everything is resolved beneath it by the kernel (openat2) and no link is followed, not even in the middle
/// of a path, because sandboxed programs plant links and swap folders while the host looks. Failures are <see cref="IOException"/>s whose HResult
/// is the errno; <see cref="DiskRefusals"/> turns them into answers.
/// </summary>
internal sealed unsafe class DiskFolder : IDisposable
{
    private static readonly bool MayChown = Native.geteuid() == 0;

    private readonly SafeFileHandle handle;

    private DiskFolder(SafeFileHandle handle) => this.handle = handle;

    /// <summary>The descriptor, for mounts.</summary>
    public SafeFileHandle Handle => handle;

    public static DiskFolder Open(string absolutePath)
    {
        var fd = Native.open(absolutePath, Native.O_RDONLY | Native.O_DIRECTORY | Native.O_NOFOLLOW | Native.O_CLOEXEC);
        return fd >= 0 ? new DiskFolder(new SafeFileHandle(fd, ownsHandle: true)) : throw Failure(Marshal.GetLastPInvokeError(), absolutePath);
    }

    /// <summary>A folder beneath this one; "" is this one again.</summary>
    public DiskFolder Folder(string path) => new(Opened(path.Length == 0 ? "." : path, Native.O_RDONLY | Native.O_DIRECTORY | Native.O_NOFOLLOW, 0));

    /// <summary>The folder, made with its parents if it is not there.</summary>
    public DiskFolder FolderOrNew(string path)
    {
        var current = Folder("");
        foreach (var segment in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            using var parent = current;
            parent.MakeFolderIfMissing(segment);
            current = parent.Folder(segment);
        }

        return current;
    }

    public void MakeFolder(string name)
    {
        fixed (byte* n = Raw(name))
        {
            Check(Native.mkdirat(handle, n, 0x1ed), name); // 0755
            Own(n);
        }
    }

    /// <summary>A regular file to read. Never blocks on a FIFO, never opens a device.</summary>
    public SafeFileHandle FileToRead(string path)
    {
        var file = Opened(path, Native.O_RDONLY | Native.O_NOFOLLOW | Native.O_NONBLOCK | Native.O_NOCTTY, 0);
        if (StatOf(file, path).Kind == DiskKind.File)
        {
            return file;
        }

        file.Dispose();
        throw Failure(Native.EISDIR, path);
    }

    /// <summary>A new file to write, owned by the workspace; the name must not exist.</summary>
    public SafeFileHandle NewFile(string name, int mode = 0x1a4)
    {
        var file = Opened(name, Native.O_WRONLY | Native.O_CREAT | Native.O_EXCL | Native.O_NOFOLLOW, (uint)mode);
        fixed (byte* n = Raw(name))
        {
            Own(n);
        }

        // Only now: a change of owner clears set-id bits, and the process's umask must not narrow the mode.
        _ = Native.fchmod(file, (uint)mode);
        return file;
    }

    /// <summary>Metadata of what is at the path, or null when nothing is. A link is described, not followed.</summary>
    public DiskStat? Find(string path)
    {
        var errno = Native.OpenBeneath(handle, Raw(path.Length == 0 ? "." : path), Native.O_PATH | Native.O_NOFOLLOW, 0, out var opened);
        if (errno is Native.ENOENT or Native.ENOTDIR)
        {
            return null;
        }

        using (opened)
        {
            return errno == 0 ? StatOf(opened!, path) : throw Failure(errno, path);
        }
    }

    /// <summary>Metadata of a direct child; null when it has just gone.</summary>
    public DiskStat? Find(DiskEntry entry)
    {
        Native.Statx raw;
        fixed (byte* n = Terminated(entry.RawName))
        {
            return Native.statx(handle, n, Native.AT_SYMLINK_NOFOLLOW, Native.STATX_BASIC, &raw) == 0 ? Read(raw) : null;
        }
    }

    /// <summary>The direct children, in the order of the disk.</summary>
    public IReadOnlyList<DiskEntry> Entries()
    {
        // A second handle: reading moves the position, which a shared one would race on.
        using var self = Opened(".", Native.O_RDONLY | Native.O_DIRECTORY, 0);
        var entries = new List<DiskEntry>();
        var buffer = stackalloc byte[32 * 1024];
        while (true)
        {
            var read = Native.getdents64(self, buffer, 32 * 1024);
            if (read < 0)
            {
                throw Failure(Marshal.GetLastPInvokeError(), ".");
            }

            if (read == 0)
            {
                return entries;
            }

            for (nint at = 0; at < read;)
            {
                // struct linux_dirent64: u64 inode, s64 offset, u16 length, u8 type, name with a zero at its end.
                var length = *(ushort*)(buffer + at + 16);
                var type = buffer[at + 18];
                var name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(buffer + at + 19);
                at += length;
                if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
                {
                    var entry = new DiskEntry(name.ToArray(), KindOfType(type));
                    // 0: this file system does not tell.
                    entries.Add(type == 0 && Find(entry) is { } stat ? entry with { Kind = stat.Kind } : entry);
                }
            }
        }
    }

    public void RemoveFile(DiskEntry entry) => Remove(entry.RawName, 0);

    public void RemoveFolder(DiskEntry entry) => Remove(entry.RawName, Native.AT_REMOVEDIR);

    /// <summary>Renames a direct child into another open folder of the same file system; an existing file there is replaced at once or not at all.</summary>
    public void Rename(byte[] rawName, DiskFolder to, string newName, bool replace)
    {
        fixed (byte* n = Terminated(rawName), m = Raw(newName))
        {
            Check(Native.renameat2(handle, n, to.handle, m, replace ? 0 : Native.RENAME_NOREPLACE), newName);
        }
    }

    public void Rename(string name, DiskFolder to, string newName, bool replace) => Rename(Encoding.UTF8.GetBytes(name), to, newName, replace);

    public void MakeLink(string name, string target)
    {
        fixed (byte* n = Raw(name), t = Raw(target))
        {
            Check(Native.symlinkat(t, handle, n), name);
            Own(n);
        }
    }

    /// <summary>A link's own text.</summary>
    public string LinkTarget(DiskEntry entry)
    {
        var buffer = stackalloc byte[4096];
        fixed (byte* n = Terminated(entry.RawName))
        {
            var length = Native.readlinkat(handle, n, buffer, 4096);
            return length >= 0 ? Encoding.UTF8.GetString(buffer, (int)length) : throw Failure(Marshal.GetLastPInvokeError(), entry.Name);
        }
    }

    public static DiskStat StatOf(SafeFileHandle file, string path)
    {
        Native.Statx raw;
        byte empty = 0;
        Check(Native.statx(file, &empty, Native.AT_EMPTY_PATH, Native.STATX_BASIC, &raw), path);
        return Read(raw);
    }

    public void Dispose() => handle.Dispose();

    private void MakeFolderIfMissing(string name)
    {
        try
        {
            MakeFolder(name);
        }
        catch (IOException e) when (e.HResult == Native.EEXIST)
        {
            // There already; if it is no folder, opening it says so.
        }
    }

    private SafeFileHandle Opened(string path, int flags, uint mode)
    {
        var errno = Native.OpenBeneath(handle, Raw(path), flags, mode, out var opened);
        return errno == 0 ? opened! : throw Failure(errno, path);
    }

    private void Remove(byte[] rawName, int flags)
    {
        fixed (byte* n = Terminated(rawName))
        {
            Check(Native.unlinkat(handle, n, flags), "entry");
        }
    }

    private void Own(byte* name)
    {
        if (MayChown)
        {
            _ = Native.fchownat(handle, name, SandboxUser.UserId, SandboxUser.GroupId, Native.AT_SYMLINK_NOFOLLOW);
        }
    }

    private static DiskStat Read(in Native.Statx raw) => new(
        KindOfMode(raw.Mode), (long)raw.Size, (long)raw.Blocks * 512, raw.Mode & 0x1ff, raw.Inode,
        DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(raw.ModifiedSeconds, -62135596800, 253402300799)).AddTicks(raw.ModifiedNanoseconds / 100),
        unchecked((raw.ChangedSeconds * 1_000_000_000) + raw.ChangedNanoseconds));

    private static DiskKind KindOfMode(int mode) => (mode & 0xf000) switch
    {
        0x8000 => DiskKind.File,
        0x4000 => DiskKind.Folder,
        0xa000 => DiskKind.Link,
        _ => DiskKind.Other,
    };

    private static DiskKind KindOfType(byte type) => type switch
    {
        8 => DiskKind.File,
        4 => DiskKind.Folder,
        10 => DiskKind.Link,
        _ => DiskKind.Other,
    };

    private static byte[] Raw(string name) => Encoding.UTF8.GetBytes(name + "\0");

    private static byte[] Terminated(byte[] rawName)
    {
        var terminated = new byte[rawName.Length + 1];
        rawName.CopyTo(terminated, 0);
        return terminated;
    }

    private static void Check(int result, string path)
    {
        if (result < 0)
        {
            throw Failure(Marshal.GetLastPInvokeError(), path);
        }
    }

    private static IOException Failure(int errno, string path) => new($"{Marshal.GetPInvokeErrorMessage(errno)}: {path}", errno);
}
