using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CodexCloudIde.Sandboxing.Linux;

/// <summary>The kernel calls that the framework has no words for. Numbers of calls above 424 are the same on every architecture.</summary>
internal static partial class Libc
{
    public const int AtFdCwd = -100;
    public const int OpenReadOnly = 0;
    public const int OpenReadWrite = 2;
    public const int OpenDirectory = 0x10000;
    public const int OpenNoFollow = 0x20000;
    public const int OpenPath = 0x200000;
    public const int OpenCloseOnExec = 0x80000;
    public const int OpenNonBlocking = 0x800;
    public const int OpenNoControllingTerminal = 0x100;

    private const string Name = "libc";

    [LibraryImport(Name, EntryPoint = "syscall", SetLastError = true)]
    internal static partial long Syscall(long number, long a, long b, long c, long d, long e);

    [LibraryImport(Name, EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Open(string path, int flags, int mode);

    [LibraryImport(Name, EntryPoint = "openat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int OpenAt(int directory, string path, int flags, int mode);

    [LibraryImport(Name, EntryPoint = "close", SetLastError = true)]
    internal static partial int Close(int descriptor);

    [LibraryImport(Name, EntryPoint = "mkdirat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int MakeDirectoryAt(int directory, string path, uint mode);

    [LibraryImport(Name, EntryPoint = "rmdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int RemoveDirectory(string path);

    [LibraryImport(Name, EntryPoint = "unlink", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Unlink(string path);

    [LibraryImport(Name, EntryPoint = "fchmod", SetLastError = true)]
    internal static partial int ChangeMode(int descriptor, uint mode);

    [LibraryImport(Name, EntryPoint = "fchmodat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int ChangeModeAt(int directory, string path, uint mode, int flags);

    [LibraryImport(Name, EntryPoint = "fchownat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int ChangeOwnerAt(int directory, string path, uint user, uint group, int flags);

    [LibraryImport(Name, EntryPoint = "setns", SetLastError = true)]
    internal static partial int SetNamespace(int descriptor, int kind);

    [LibraryImport(Name, EntryPoint = "unshare", SetLastError = true)]
    internal static partial int Unshare(int flags);

    [LibraryImport(Name, EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Mount(string source, string target, string? kind, ulong flags, nint data);

    [LibraryImport(Name, EntryPoint = "umount2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Unmount(string path, int flags);

    [LibraryImport(Name, EntryPoint = "prctl", SetLastError = true)]
    internal static partial int ProcessControl(int option, long a, long b, long c, long d);

    [LibraryImport(Name, EntryPoint = "waitid", SetLastError = true)]
    internal static unsafe partial int WaitId(int kind, int id, byte* info, int options);

    [LibraryImport(Name, EntryPoint = "poll", SetLastError = true)]
    internal static unsafe partial int Poll(PollDescriptor* descriptors, nuint count, int timeout);

    [LibraryImport(Name, EntryPoint = "ioctl", SetLastError = true)]
    internal static unsafe partial int Control(int descriptor, ulong request, void* argument);

    [LibraryImport(Name, EntryPoint = "read", SetLastError = true)]
    internal static unsafe partial nint Read(int descriptor, byte* buffer, nuint count);

    [LibraryImport(Name, EntryPoint = "write", SetLastError = true)]
    internal static unsafe partial nint Write(int descriptor, byte* buffer, nuint count);

    [LibraryImport(Name, EntryPoint = "fgetxattr", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static unsafe partial nint GetAttribute(int descriptor, string name, byte* value, nuint size);

    [LibraryImport(Name, EntryPoint = "flock", SetLastError = true)]
    internal static partial int Lock(int descriptor, int operation);

    [LibraryImport(Name, EntryPoint = "fstatfs", SetLastError = true)]
    internal static unsafe partial int StatFileSystem(int descriptor, long* buffer);

    [LibraryImport(Name, EntryPoint = "geteuid")]
    internal static partial uint EffectiveUser();

    [LibraryImport(Name, EntryPoint = "prlimit", SetLastError = true)]
    internal static unsafe partial int LimitProcess(int pid, int resource, ulong* newLimit, ulong* oldLimit);

    /// <summary>Turns the last error into an exception that says what was tried.</summary>
    internal static SandboxException Failure(string what)
    {
        var code = Marshal.GetLastPInvokeError();
        return new SandboxException($"{what}: {Marshal.GetPInvokeErrorMessage(code)} (errno {code})") { ErrorNumber = code };
    }

    internal static SafeFileHandle Owned(long descriptor, string what) =>
        descriptor >= 0 ? new SafeFileHandle((nint)descriptor, ownsHandle: true) : throw Failure(what);

    internal static int Number(this SafeFileHandle handle) => (int)handle.DangerousGetHandle();

    [StructLayout(LayoutKind.Sequential)]
    internal struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }
}
