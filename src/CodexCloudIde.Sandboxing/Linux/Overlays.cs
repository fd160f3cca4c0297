using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace CodexCloudIde.Sandboxing.Linux;

/// <summary>How the kernel is told which layers an overlay has.</summary>
internal enum LayerNaming
{
    /// <summary>Detached mounts by descriptor: Linux 6.13 or newer.</summary>
    ByDescriptor,

    /// <summary>Attached for a moment in the server's own private mount namespace: any kernel that lets an overlay lie over a mapped mount (5.19).</summary>
    ByPath,
}

/// <summary>Of a scratch file system: what is written, and where the overlay works.</summary>
internal readonly record struct LayerFolders(string Upper, string Work);

/// <summary>
/// Overlays over a mapped folder and two folders of a scratch file system, one for what is written and one to work in. Older kernels take layers as words only, and only
/// such as are attached in the caller's mount namespace. The words are the caller's own descriptors (<c>/proc/thread-self/fd/N</c>), so that
/// no name with a comma or colon, which those kernels cannot be told, ever stands in them.
/// </summary>
internal static class Overlays
{
    public static SafeFileHandle OfDescriptors(SafeFileHandle lower, SafeFileHandle scratch, LayerFolders folders)
    {
        using var context = Mounts.Open("overlay");
        using var upper = Folder(scratch, folders.Upper);
        using var work = Folder(scratch, folders.Work);
        Mounts.Set(context, "lowerdir+", lower);
        Mounts.Set(context, "upperdir", upper);
        Mounts.Set(context, "workdir", work);
        return Finish(context);
    }

    /// <summary>Attaches both mounts on <paramref name="folder"/> of the calling thread's namespace, makes the overlay and detaches them.</summary>
    /// <returns>The overlay, and the scratch file system as a detached mount again: one that was attached once cannot be moved elsewhere.</returns>
    public static (SafeFileHandle Overlay, SafeFileHandle Scratch) OfPaths(SafeFileHandle lower, SafeFileHandle scratch, LayerFolders folders, string folder)
    {
        Mounts.Attach(lower, folder);
        try
        {
            Mounts.Attach(scratch, folder);
            try
            {
                using var context = Mounts.Open("overlay");
                using var upper = Folder(scratch, folders.Upper);
                using var work = Folder(scratch, folders.Work);
                Mounts.Set(context, "lowerdir", PathOf(lower));
                Mounts.Set(context, "upperdir", PathOf(upper));
                Mounts.Set(context, "workdir", PathOf(work));
                var overlay = Finish(context);
                return (overlay, Mounts.Clone(folder));
            }
            finally
            {
                Mounts.Detach(folder);
            }
        }
        finally
        {
            Mounts.Detach(folder);
        }
    }

    private static SafeFileHandle Finish(SafeFileHandle context)
    {
        Mounts.Set(context, "redirect_dir", "off");
        Mounts.Set(context, "metacopy", "off");
        Mounts.Set(context, "index", "off");
        Mounts.Set(context, "xino", "off");
        return Mounts.Finish(context);
    }

    private static string PathOf(SafeFileHandle handle) => string.Create(CultureInfo.InvariantCulture, $"/proc/thread-self/fd/{handle.Number()}");

    private static SafeFileHandle Folder(SafeFileHandle scratch, string name) =>
        Libc.Owned(Libc.OpenAt(scratch.Number(), name, Libc.OpenPath | Libc.OpenCloseOnExec, 0), name);
}
