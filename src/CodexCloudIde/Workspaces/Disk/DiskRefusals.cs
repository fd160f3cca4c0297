using CodexCloudIde.Api;
using CodexCloudIde.Storage;

namespace CodexCloudIde.Workspaces.Disk;

/// <summary>From what the kernel said to what a person can act on.</summary>
internal static class DiskRefusals
{
    public static Refusal NoSuchPath { get; } = new(404, "not-found", "Nothing is at this path.");

    public static Refusal NotAFile { get; } = new(409, "not-a-file", "This path is a folder, a link or a special file; only regular files can be read and written.");

    /// <summary>The refusal for an expected failure, or null when the failure is none of the caller's doing.</summary>
    public static Refusal? Of(IOException failure) => failure.HResult switch
    {
        Native.ENOENT => NoSuchPath,
        Native.ENOTDIR => new(409, "not-a-folder", "A part of this path is a file, so nothing can be beneath it."),
        Native.EISDIR or Native.ENXIO => NotAFile,
        Native.ELOOP or Native.EXDEV => new(409, "is-a-link", "This path is, or leads through, a symbolic link; links are not followed."),
        Native.EEXIST => new(409, "exists", "Something is at this path already. Choose another name or delete it first."),
        Native.ENOTEMPTY => new(409, "exists", "A folder with something in it is at this path already."),
        Native.EINVAL => new(409, "into-itself", "A folder cannot be moved into itself."),
        Native.ENAMETOOLONG => WorkspacePath.TooLong,
        Native.ENOSPC or Native.EDQUOT => DiskFull.Refusal,
        Native.EFBIG => new(413, "too-large", "The file is larger than the disk's file system allows."),
        Native.EPERM or Native.EACCES or Native.EROFS => new(409, "not-writable", "The server may not change this path."),
        _ => null,
    };
}
