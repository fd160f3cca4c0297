using System.Text;
using Microsoft.Win32.SafeHandles;

namespace CodexCloudIde.Sandboxing.Linux;

/// <summary>Mounts as descriptors: made detached, so that nothing ever appears in the host's own mount table.</summary>
internal static unsafe class Mounts
{
    private const long OpenTreeNumber = 428;
    private const long MoveMountNumber = 429;
    private const long FsOpenNumber = 430;
    private const long FsConfigNumber = 431;
    private const long FsMountNumber = 432;
    private const long MountSetAttributeNumber = 442;

    private const int OpenTreeClone = 1;
    private const int AtEmptyPath = 0x1000;
    private const int AtNoFollow = 0x100;
    private const int MoveFromEmptyPath = 4;
    private const int FsConfigString = 1;
    private const int FsConfigDescriptor = 5;
    private const int FsConfigCreate = 6;
    private const ulong AttributeReadOnly = 1;
    private const ulong AttributeNoSetUid = 2;
    private const ulong AttributeNoDevices = 4;
    private const ulong AttributeIdMap = 0x100000;

    /// <summary>A detached bind of a host directory; a link as its last component is not followed.</summary>
    public static SafeFileHandle Clone(string path) => Clone(Libc.AtFdCwd, path);

    public static SafeFileHandle Clone(int directory, string path)
    {
        fixed (byte* name = Text(path))
        {
            var tree = Libc.Syscall(OpenTreeNumber, directory, (long)name, OpenTreeClone | Libc.OpenCloseOnExec | AtNoFollow, 0, 0);
            return Libc.Owned(tree, $"open_tree {path}");
        }
    }

    /// <summary>Restricts a detached mount, and maps what is stored as an id of <paramref name="userNamespace"/> to that namespace's own.</summary>
    public static void Restrict(SafeFileHandle mount, bool readOnly, SafeFileHandle? userNamespace)
    {
        var attributes = stackalloc ulong[4];
        attributes[0] = AttributeNoSetUid | AttributeNoDevices | (readOnly ? AttributeReadOnly : 0) | (userNamespace is null ? 0 : AttributeIdMap);
        attributes[1] = 0;
        attributes[2] = 0;
        attributes[3] = userNamespace is null ? 0 : (ulong)userNamespace.Number();
        byte nothing = 0;
        if (Libc.Syscall(MountSetAttributeNumber, mount.Number(), (long)(&nothing), AtEmptyPath, (long)attributes, 32) != 0)
        {
            throw Libc.Failure("mount_setattr");
        }
    }

    /// <summary>A fresh tmpfs with these caps.</summary>
    public static SafeFileHandle MemoryFileSystem(int sizeMb, int inodes)
    {
        using var context = Open("tmpfs");
        Set(context, "size", $"{sizeMb}m");
        Set(context, "nr_inodes", inodes.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Set(context, "mode", "0755");
        return Finish(context);
    }

    /// <summary>Attaches a detached mount at a path of the calling thread's mount namespace.</summary>
    public static void Attach(SafeFileHandle mount, string path)
    {
        byte nothing = 0;
        fixed (byte* name = Text(path))
        {
            if (Libc.Syscall(MoveMountNumber, mount.Number(), (long)(&nothing), Libc.AtFdCwd, (long)name, MoveFromEmptyPath) != 0)
            {
                throw Libc.Failure($"move_mount {path}");
            }
        }
    }

    /// <summary>Detaches what is uppermost at a path of the calling thread's mount namespace.</summary>
    public static void Detach(string path)
    {
        const int Lazily = 2;
        if (Libc.Unmount(path, Lazily) != 0)
        {
            throw Libc.Failure($"umount {path}");
        }
    }

    /// <summary>A context that a file system of this kind is described in.</summary>
    public static SafeFileHandle Open(string kind)
    {
        fixed (byte* name = Text(kind))
        {
            return Libc.Owned(Libc.Syscall(FsOpenNumber, (long)name, 1, 0, 0, 0), $"fsopen {kind}");
        }
    }

    public static void Set(SafeFileHandle context, string key, string value)
    {
        fixed (byte* name = Text(key), text = Text(value))
        {
            if (Libc.Syscall(FsConfigNumber, context.Number(), FsConfigString, (long)name, (long)text, 0) != 0)
            {
                throw Failure(context, $"fsconfig {key}={value}");
            }
        }
    }

    public static void Set(SafeFileHandle context, string key, SafeFileHandle value)
    {
        fixed (byte* name = Text(key))
        {
            if (Libc.Syscall(FsConfigNumber, context.Number(), FsConfigDescriptor, (long)name, 0, value.Number()) != 0)
            {
                throw Failure(context, $"fsconfig {key}");
            }
        }
    }

    /// <summary>The detached mount of what was described.</summary>
    public static SafeFileHandle Finish(SafeFileHandle context)
    {
        if (Libc.Syscall(FsConfigNumber, context.Number(), FsConfigCreate, 0, 0, 0) != 0)
        {
            throw Failure(context, "fsconfig create");
        }

        return Libc.Owned(Libc.Syscall(FsMountNumber, context.Number(), 1, (long)(AttributeNoSetUid | AttributeNoDevices), 0, 0), "fsmount");
    }

    /// <summary>The error and what the kernel wrote into the context about it.</summary>
    private static SandboxException Failure(SafeFileHandle context, string what)
    {
        var failure = Libc.Failure(what);
        var words = stackalloc byte[512];
        var count = Libc.Read(context.Number(), words, 512);
        return count > 0 ? new SandboxException($"{failure.Message}: {Encoding.UTF8.GetString(words, (int)count).Trim()}") { ErrorNumber = failure.ErrorNumber } : failure;
    }

    private static byte[] Text(string value) => Encoding.UTF8.GetBytes(value + "\0");
}
