using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CodexCloudIde.Workspaces.Disk;

/// <summary>The few Linux calls that resolve names relative to an open folder and never through a link.</summary>
internal static unsafe partial class Native
{
    public const int ENOENT = 2, EAGAIN = 11, EACCES = 13, EEXIST = 17, EXDEV = 18, ENOTDIR = 20, EISDIR = 21, EINVAL = 22, EFBIG = 27,
        ENOSPC = 28, EROFS = 30, ENAMETOOLONG = 36, ENOTEMPTY = 39, ELOOP = 40, EDQUOT = 122, EPERM = 1, ENXIO = 6;

    public const int O_RDONLY = 0, O_WRONLY = 1, O_CREAT = 0x40, O_EXCL = 0x80, O_NOCTTY = 0x100, O_NONBLOCK = 0x800, O_CLOEXEC = 0x80000, O_PATH = 0x200000;

    private static readonly bool Arm = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    public static readonly int O_DIRECTORY = Arm ? 0x4000 : 0x10000;
    public static readonly int O_NOFOLLOW = Arm ? 0x8000 : 0x20000;

    public const int AT_SYMLINK_NOFOLLOW = 0x100, AT_REMOVEDIR = 0x200, AT_EMPTY_PATH = 0x1000;
    public const uint RENAME_NOREPLACE = 1;

    /// <summary>Basic fields: type, mode, link count, owner, times, inode, size.</summary>
    public const uint STATX_BASIC = 0x7ff;

    // openat2 has one number on every architecture.
    private const long OpenAt2Number = 437;
    private const ulong NoMagicLinks = 0x02, NoSymlinks = 0x04, Beneath = 0x08;

    [StructLayout(LayoutKind.Sequential)]
    private struct OpenHow
    {
        public ulong Flags, Mode, Resolve;
    }

    /// <summary>struct statx of the kernel's interface: 256 bytes.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    public struct Statx
    {
        [FieldOffset(16)] public uint Links;
        [FieldOffset(28)] public ushort Mode;
        [FieldOffset(32)] public ulong Inode;
        [FieldOffset(40)] public ulong Size;
        [FieldOffset(48)] public ulong Blocks;
        [FieldOffset(96)] public long ChangedSeconds;
        [FieldOffset(104)] public uint ChangedNanoseconds;
        [FieldOffset(112)] public long ModifiedSeconds;
        [FieldOffset(120)] public uint ModifiedNanoseconds;
    }

    /// <summary>Opens beneath <paramref name="folder"/>: no link is followed, no "..", no absolute path leaves it.</summary>
    public static int OpenBeneath(SafeFileHandle folder, ReadOnlySpan<byte> path, int flags, uint mode, out SafeFileHandle? opened)
    {
        var how = new OpenHow { Flags = (ulong)(uint)(flags | O_CLOEXEC), Mode = mode, Resolve = NoMagicLinks | NoSymlinks | Beneath };
        for (var attempt = 0; ; attempt++)
        {
            int errno;
            fixed (byte* p = path)
            {
                var fd = syscall(OpenAt2Number, folder, p, &how, (nuint)sizeof(OpenHow));
                if (fd >= 0)
                {
                    opened = new SafeFileHandle((nint)fd, ownsHandle: true);
                    return 0;
                }

                errno = Marshal.GetLastPInvokeError();
            }

            // The kernel could not prove the path safe while something was being renamed: ask again.
            if (errno != EAGAIN || attempt == 64)
            {
                opened = null;
                return errno;
            }
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial long syscall(long number, SafeFileHandle folder, byte* path, OpenHow* how, nuint size);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int mkdirat(SafeFileHandle folder, byte* name, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int unlinkat(SafeFileHandle folder, byte* name, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int renameat2(SafeFileHandle from, byte* name, SafeFileHandle to, byte* newName, uint flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int symlinkat(byte* target, SafeFileHandle folder, byte* name);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint readlinkat(SafeFileHandle folder, byte* name, byte* buffer, nuint size);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int fchownat(SafeFileHandle folder, byte* name, uint user, uint group, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int fchmod(SafeFileHandle file, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int statx(SafeFileHandle folder, byte* name, int flags, uint mask, Statx* result);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint getdents64(SafeFileHandle folder, byte* buffer, nuint size);

    [LibraryImport("libc", SetLastError = true)]
    public static partial long lseek(SafeFileHandle file, long offset, int whence);

    [LibraryImport("libc")]
    public static partial uint geteuid();
}
