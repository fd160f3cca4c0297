using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CodexCloudIde.Sandboxing.Linux;
using Microsoft.Win32.SafeHandles;

namespace CodexCloudIde.Sandboxing.Oci;

/// <summary>
/// This process's own folder below the state directory, held by a lock for as long as it lives. Folders of the same data directory whose
/// lock is free belonged to processes that were killed: what they left is found by their names.
/// </summary>
internal sealed class InstanceFolder : IDisposable
{
    private const int LockExclusiveNow = 2 | 4;
    private const int CreateFile = 0x40;

    private readonly SafeFileHandle held;

    private InstanceFolder(string family, string name, SafeFileHandle held)
    {
        this.held = held;
        Family = family;
        Name = name;
    }

    /// <summary>Folder of all instances of one data directory.</summary>
    public string Family { get; }

    public string Name { get; }

    public string Folder => Path.Combine(Family, Name);

    public string Root => Path.Combine(Folder, "root");

    public string Boxes => Path.Combine(Folder, "boxes");

    /// <summary>Empty; where layers are attached in the visiting thread's own mount namespace.</summary>
    public string Layers => Path.Combine(Folder, "layers");

    public string RuntimeState => Path.Combine(Folder, "runtime");

    /// <summary>Path below every control group tree.</summary>
    public string CgroupPath => CgroupPathOf(Family, Name);

    public static InstanceFolder Create(SandboxOptions options)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Path.GetFullPath(options.DataDirectory))))[..12];
        var family = Path.Combine(options.StateDirectory, hash);
        var name = string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}");
        // Locked before it appears among the others: a process that sweeps at this moment would take it for one of the dead.
        var folder = Path.Combine(options.StateDirectory, "starting", name);
        Directory.CreateDirectory(folder);
        var held = TryLock(folder, CreateFile) ?? throw new SandboxException($"{folder} is locked by another process.");
        MoveBelow(family, folder, name);
        var instance = new InstanceFolder(family, name, held);
        Directory.CreateDirectory(instance.Boxes);
        Directory.CreateDirectory(instance.Layers);
        Directory.CreateDirectory(instance.RuntimeState);
        RootFileSystem.Build(instance.Root);
        return instance;
    }

    /// <summary>Instances of the same family that nobody holds any more, each with the lock that now does.</summary>
    public IEnumerable<(string Name, SafeFileHandle Lock)> Dead()
    {
        foreach (var folder in Directory.EnumerateDirectories(Family))
        {
            var name = Path.GetFileName(folder);
            if (name != Name && TryLock(folder, create: 0) is { } free)
            {
                yield return (name, free);
            }
        }
    }

    /// <summary>A workspace of the probe's own, where workspaces will be.</summary>
    public string ProbeFolder(string dataDirectory) => ProbeFolder(dataDirectory, Name);

    public static string ProbeFolder(string dataDirectory, string name) => Path.Combine(dataDirectory, $".sandbox-probe-{name}");

    public string CgroupPathOf(string name) => CgroupPathOf(Family, name);

    public void Dispose()
    {
        // The lock last: what is killed on the way is still found by the next sweep.
        Directory.Delete(Boxes, recursive: true);
        Directory.Delete(RuntimeState, recursive: true);
        Directory.Delete(Root, recursive: true);
        Directory.Delete(Folder, recursive: true);
        held.Dispose();

        // Empty unless another process serves the same data directory.
        _ = Libc.RemoveDirectory(Family);
    }

    /// <summary>Control group path of all instances of the data directory.</summary>
    public string FamilyCgroupPath => $"{AllCgroupPath}/{Path.GetFileName(Family)}";

    /// <summary>Control group path of every sandbox on this host.</summary>
    public const string AllCgroupPath = "/codex-cloud-ide";

    private static string CgroupPathOf(string family, string name) => $"{AllCgroupPath}/{Path.GetFileName(family)}/{name}";

    private static void MoveBelow(string family, string folder, string name)
    {
        const int Attempts = 10;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                Directory.CreateDirectory(family);
                Directory.Move(folder, Path.Combine(family, name));
                return;
            }
            catch (DirectoryNotFoundException) when (attempt < Attempts)
            {
                // A process that ends has just removed the empty family.
            }
        }
    }

    private static SafeFileHandle? TryLock(string folder, int create)
    {
        // .NET marks every descriptor close-on-exec, so a child cannot keep the lock.
        var file = Libc.Open(Path.Combine(folder, "lock"), Libc.OpenReadWrite | Libc.OpenCloseOnExec | create, Convert.ToInt32("600", 8));
        if (file < 0)
        {
            return null;
        }

        var handle = new SafeFileHandle(file, ownsHandle: true);
        if (Libc.Lock(file, LockExclusiveNow) == 0)
        {
            return handle;
        }

        handle.Dispose();
        return null;
    }
}
