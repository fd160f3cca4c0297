using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace CodexCloudIde.Sandboxing.Linux;

/// <summary>What kind of thing a name is; links are never looked through.</summary>
internal enum EntryKind
{
    File,
    Folder,
    Link,
    Whiteout,
    Other,
}

/// <summary>One entry by lstat.</summary>
internal readonly record struct EntryStatus(EntryKind Kind, long Size, uint Mode, long ModifiedNanoseconds, ulong Inode);

/// <summary>
/// Folders by descriptor, resolved one name at a time beneath a descriptor that is already held: what hostile code planted (links, names
/// with newlines, names that are no text) is seen as it is and never followed.
/// </summary>
internal static unsafe class FolderReader
{
    private const long GetDirectoryEntries = 217;
    private const long GetDirectoryEntriesArm = 61;
    private const long OpenAt2 = 437;
    private const ulong ResolveBeneathNoLinks = 0x08 | 0x04 | 0x02; // BENEATH | NO_SYMLINKS | NO_MAGICLINKS
    private const int StatxNumber = 332;
    private const int StatxNumberArm = 291;

    /// <summary>Opens a folder below <paramref name="directory"/> for reading; null when it is none (any more).</summary>
    public static SafeFileHandle? OpenFolder(SafeFileHandle directory, string path) =>
        Open(directory, path, Libc.OpenReadOnly | Libc.OpenDirectory);

    /// <summary>Opens a regular file for reading without blocking on pipes; null when it cannot be.</summary>
    public static SafeFileHandle? OpenFile(SafeFileHandle directory, string path) =>
        Open(directory, path, Libc.OpenReadOnly | Libc.OpenNonBlocking);

    public static EntryStatus? Status(SafeFileHandle directory, string path)
    {
        const int NoFollow = 0x100;
        const int BasicStats = 0x7ff;
        var buffer = stackalloc byte[256];
        long answer;
        fixed (byte* name = Text(path))
        {
            var number = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? StatxNumberArm : StatxNumber;
            answer = Libc.Syscall(number, directory.Number(), (long)name, NoFollow, BasicStats, (long)buffer);
        }

        if (answer != 0)
        {
            return null;
        }

        // struct statx: mode at 28, ino at 32, size at 40, mtime at 112, rdev at 128.
        var mode = *(ushort*)(buffer + 28);
        var device = *(ulong*)(buffer + 128);
        var kind = (mode & 0xF000) switch
        {
            0x8000 => EntryKind.File,
            0x4000 => EntryKind.Folder,
            0xA000 => EntryKind.Link,
            0x2000 when device == 0 => EntryKind.Whiteout,
            _ => EntryKind.Other,
        };
        return new EntryStatus(
            kind, *(long*)(buffer + 40), (uint)(mode & 0xFFF), (*(long*)(buffer + 112) * 1_000_000_000) + *(uint*)(buffer + 120), *(ulong*)(buffer + 32));
    }

    /// <summary>Names in a folder, without the two dots; names that are no UTF-8 are counted, not returned.</summary>
    public static List<string> Names(SafeFileHandle folder, ref int unreadable)
    {
        var names = new List<string>();
        var buffer = new byte[32 * 1024];
        var strict = new UTF8Encoding(false, throwOnInvalidBytes: true);
        var number = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? GetDirectoryEntriesArm : GetDirectoryEntries;
        fixed (byte* start = buffer)
        {
            long count;
            while ((count = Libc.Syscall(number, folder.Number(), (long)start, buffer.Length, 0, 0)) > 0)
            {
                for (var at = 0L; at < count; at += *(ushort*)(start + at + 16))
                {
                    var text = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(start + at + 19);
                    if (text.SequenceEqual("."u8) || text.SequenceEqual(".."u8))
                    {
                        continue;
                    }

                    try
                    {
                        names.Add(strict.GetString(text));
                    }
                    catch (DecoderFallbackException)
                    {
                        unreadable++;
                    }
                }
            }
        }

        return names;
    }

    public static bool IsOpaque(SafeFileHandle folder)
    {
        var value = stackalloc byte[1];
        return Libc.GetAttribute(folder.Number(), "trusted.overlay.opaque", value, 1) == 1 && *value == (byte)'y';
    }

    public static byte[]? ReadAll(SafeFileHandle directory, string path, long limit)
    {
        using var handle = OpenFile(directory, path);
        if (handle is null || RandomAccess.GetLength(handle) is var length && length > limit)
        {
            return null;
        }

        var bytes = new byte[length];
        var count = 0;
        while (count < bytes.Length && RandomAccess.Read(handle, bytes.AsSpan(count), count) is > 0 and var more)
        {
            count += more;
        }

        return count == bytes.Length ? bytes : bytes[..count];
    }

    /// <summary>At most <paramref name="most"/> bytes from an offset; empty at the end or when it is no file any more.</summary>
    public static byte[] ReadPart(SafeFileHandle directory, string path, long offset, int most)
    {
        using var handle = OpenFile(directory, path);
        if (handle is null)
        {
            return [];
        }

        try
        {
            var bytes = new byte[Math.Clamp(RandomAccess.GetLength(handle) - offset, 0, most)];
            var count = RandomAccess.Read(handle, bytes, offset);
            return count == bytes.Length ? bytes : bytes[..count];
        }
        catch (Exception failure) when (failure is IOException or NotSupportedException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static SafeFileHandle? Open(SafeFileHandle directory, string path, int flags)
    {
        var how = stackalloc ulong[] { (ulong)(uint)(flags | Libc.OpenCloseOnExec | Libc.OpenNoFollow), 0, ResolveBeneathNoLinks };
        fixed (byte* name = Text(path))
        {
            var opened = Libc.Syscall(OpenAt2, directory.Number(), (long)name, (long)how, 24, 0);
            return opened < 0 ? null : new SafeFileHandle((nint)opened, ownsHandle: true);
        }
    }

    private static byte[] Text(string value) => Encoding.UTF8.GetBytes(value + "\0");
}
