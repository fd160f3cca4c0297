using System.Diagnostics;
using CodexCloudIde.Sandboxing.Cgroups;
using CodexCloudIde.Sandboxing.Linux;

namespace CodexCloudIde.Sandboxing.Oci;

public sealed partial class OciRuntime
{
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromSeconds(3);
    private static readonly string[] Isolation = ["user", "pid", "mount", "ipc", "uts", "net", "cgroup", "seccomp", "noNewPrivileges", "noCapabilities", "readOnlyRoot"];

    private static readonly Dictionary<string, string> NotHeldYet = new()
    {
        ["diskReadKbps"] = "Disk rates are not held by this runtime yet.",
        ["diskWriteKbps"] = "Disk rates are not held by this runtime yet.",
        ["networkKbps"] = "Sandboxes have no network here, so there is no rate to hold.",
    };

    /// <summary>All sandboxes together give way to the server, at which people type; alone they still get every processor.</summary>
    private const int WeightOfAll = 10;

    private readonly SemaphoreSlim looking = new(1);
    private SandboxProbe? known;
    private long lookedAt;

    /// <summary>A host that can is asked once; one that cannot is looked at again, so that what was installed meanwhile is found.</summary>
    public async Task<SandboxProbe> ProbeAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref known) is { Usable: true } usable)
        {
            return usable;
        }

        await looking.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (known is null || (!known.Usable && Stopwatch.GetElapsedTime(lookedAt) > LookAgainAfter))
            {
                known = await Task.Run(LookAsync, CancellationToken.None).ConfigureAwait(false);
                lookedAt = Stopwatch.GetTimestamp();
            }

            return known;
        }
        finally
        {
            looking.Release();
        }
    }

    private static SandboxProbe Unusable(string version, params IEnumerable<string> missing) => new("none", false, version, [], NotHeldYet, [.. missing]);

    /// <summary>Looks at what can be seen, then makes one real sandbox: only that shows that all of it works together.</summary>
    private async Task<SandboxProbe> LookAsync()
    {
        if (!OperatingSystem.IsLinux())
        {
            return Unusable("", "Sandboxes need Linux.");
        }

        var missing = new List<string>();
        if (Libc.EffectiveUser() != 0)
        {
            missing.Add("The server must run as root (in a container: --privileged) to map ids and mount workspaces for sandboxes.");
        }

        var programs = options.RuntimePrograms.Select(RuntimeProgram.Find).OfType<string>().ToList();
        if (programs.Count == 0)
        {
            missing.Add($"{string.Join(" or ", options.RuntimePrograms)} is not installed: apt-get install runc.");
        }

        var mounts = CgroupMounts.Read();
        if (mounts.Missing is { Count: > 0 } controllers)
        {
            missing.Add($"Control groups lack the controllers {string.Join(", ", controllers)}: mount them or boot with cgroup v2.");
        }

        if (missing.Count > 0)
        {
            return Unusable("", missing);
        }

        foreach (var program in programs)
        {
            if (await RuntimeProgram.VersionAsync(program).ConfigureAwait(false) is not { } version)
            {
                missing.Add($"{program} cannot be run: apt-get install runc.");
                continue;
            }

            var (found, trouble, isOfTheHost) = await TryAsync(program, mounts).ConfigureAwait(false);
            if (found is { } naming)
            {
                host = new Host(program, mounts, naming);
                return new SandboxProbe(Name, true, version, Isolation, NotHeldYet, []) { Layers = naming == LayerNaming.ByDescriptor ? "descriptors" : "paths" };
            }

            missing.Add(trouble ?? "");
            if (isOfTheHost)
            {
                break;
            }
        }

        return Unusable("", missing);
    }

    /// <returns>How layers are named here, or what is missing, and whether another program would miss it too.</returns>
    private async Task<(LayerNaming? Naming, string? Missing, bool IsOfTheHost)> TryAsync(string program, CgroupMounts mounts)
    {
        string? folder = null;
        OciBox? box = null;
        try
        {
            folder = Directory.CreateDirectory(instance.Value.ProbeFolder(options.DataDirectory)).FullName;
            _ = Libc.ChangeOwnerAt(Libc.AtFdCwd, folder, SandboxUser.UserId, SandboxUser.GroupId, 0);
            var specification = new SandboxSpecification(folder, WorkspaceMode.Overlay, new SandboxLimits(WallSeconds: 20));
            ProcessDescriptor.BecomeSubreaper();
            box = await OciBox.ParkAsync(program, instance.Value, mounts).ConfigureAwait(false);
            mounts.Weigh(InstanceFolder.AllCgroupPath, WeightOfAll);
            var ways = options.Layers is { } only ? [only] : new[] { LayerNaming.ByDescriptor, LayerNaming.ByPath };
            var found = await LayerTrial.RunAsync(box, specification, ways, visitor.Value, instance.Value.Layers).ConfigureAwait(false);
            return found.Naming is { } naming && await RunOneAsync(box, specification, naming).ConfigureAwait(false) is { } trouble
                ? (null, trouble, false)
                : (found.Naming, found.Missing, found.Naming is null);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return (null, $"A sandbox cannot be made here: {failure.Message}", false);
        }
        finally
        {
            if (box is not null)
            {
                await box.DisposeAsync().ConfigureAwait(false);
            }

            if (folder is not null)
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    /// <returns>What went wrong; null when a command ran and could write.</returns>
    private async Task<string?> RunOneAsync(OciBox box, SandboxSpecification specification, LayerNaming naming)
    {
        var sandbox = await OciSandbox.FurnishAsync(box, specification, naming, visitor.Value, instance.Value.Layers).ConfigureAwait(false);
        await using (sandbox.ConfigureAwait(false))
        {
            var result = await sandbox.RunAsync(new SandboxCommand(["/bin/sh", "-c", "echo x > /workspace/x"]), SilentObserver.Instance, CancellationToken.None).ConfigureAwait(false);
            return result.ExitCode == 0 ? null : $"A sandbox could be made but a command in it ended with {result.ExitCode} ({result.Cause}).";
        }
    }

    /// <summary>What was found to work here.</summary>
    private sealed record Host(string Program, CgroupMounts Mounts, LayerNaming Naming);
}
