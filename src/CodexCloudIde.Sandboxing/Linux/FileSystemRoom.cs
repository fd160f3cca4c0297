using Microsoft.Win32.SafeHandles;

namespace CodexCloudIde.Sandboxing.Linux;

/// <summary>Is there room left in a mounted file system?</summary>
internal static class FileSystemRoom
{
    // struct statfs on 64-bit: type, bsize, blocks, bfree, bavail, files, ffree.
    private const int FreeBlocks = 3;
    private const int FreeInodes = 6;

    public static unsafe bool IsFull(SafeFileHandle mount)
    {
        var buffer = stackalloc long[32];
        return Libc.StatFileSystem(mount.Number(), buffer) == 0 && (buffer[FreeBlocks] == 0 || buffer[FreeInodes] == 0);
    }
}
