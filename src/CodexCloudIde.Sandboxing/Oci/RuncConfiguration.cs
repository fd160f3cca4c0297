using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CodexCloudIde.Sandboxing.Oci;

/// <summary>The runtime's <c>config.json</c> of a parked sandbox: everything but the workspace and the limits, which come late.</summary>
internal static class RuncConfiguration
{
    /// <summary>
    /// Keeps its own words apart (<see cref="ExitNote"/>; 8 is the real error stream), then reads one line and evaluates it: the command arrives
    /// when the sandbox is wanted.
    /// </summary>
    private const string Waiting = $"""exec 8>&2 2>{ExitNote.InsidePath}; IFS= read -r l && eval "$l" """;

    public const int IdsPerSandbox = 65_536;

    /// <summary>Where the waiting shell keeps the real error stream.</summary>
    public const int ErrorDescriptor = 8;

    private const string CgroupMark = "<cgroup>";
    private const uint IdMark = 4_294_901_761;

    private static readonly ConcurrentDictionary<string, string> Written = new();

    /// <summary>The text; all but the group and the ids is written once.</summary>
    public static string For(string root, string cgroupPath, uint firstId) => Written
        .GetOrAdd(root, path => Describe(path, CgroupMark, IdMark).ToJsonString(new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        .Replace(CgroupMark, cgroupPath, StringComparison.Ordinal)
        .Replace(IdMark.ToString(CultureInfo.InvariantCulture), firstId.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);

    private static JsonObject Describe(string root, string cgroupPath, uint firstId) => new()
    {
        ["ociVersion"] = "1.0.2",
        ["hostname"] = "sandbox",
        ["root"] = new JsonObject { ["path"] = root, ["readonly"] = true },
        ["process"] = new JsonObject
        {
            ["terminal"] = false,
            ["user"] = new JsonObject { ["uid"] = SandboxUser.UserId, ["gid"] = SandboxUser.GroupId, ["umask"] = 18 },
            ["args"] = Strings("/bin/sh", "-c", Waiting.Trim()),
            ["env"] = Strings(["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8", .. PackageCaches.Environment]),
            ["cwd"] = "/",
            ["noNewPrivileges"] = true,
            ["capabilities"] = new JsonObject
            {
                ["bounding"] = Strings(), ["effective"] = Strings(), ["inheritable"] = Strings(), ["permitted"] = Strings(), ["ambient"] = Strings(),
            },
            ["rlimits"] = new JsonArray(
                Limit("RLIMIT_NOFILE", 4096), Limit("RLIMIT_CORE", 0), Limit("RLIMIT_MEMLOCK", 65_536), Limit("RLIMIT_MSGQUEUE", 819_200),
                Limit("RLIMIT_NICE", 0), Limit("RLIMIT_RTPRIO", 0)),
        },
        ["mounts"] = Mounts(),
        ["linux"] = new JsonObject
        {
            ["cgroupsPath"] = cgroupPath,
            ["namespaces"] = new JsonArray([.. new[] { "pid", "mount", "ipc", "uts", "network", "user", "cgroup" }
                .Select(kind => (JsonNode)new JsonObject { ["type"] = kind })]),
            ["uidMappings"] = new JsonArray(Mapping(firstId)),
            ["gidMappings"] = new JsonArray(Mapping(firstId)),
            ["rootfsPropagation"] = "private",
            ["resources"] = new JsonObject { ["devices"] = Devices() },
            ["seccomp"] = SeccompProfile.ToJson(),
            ["maskedPaths"] = Strings(
                "/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats",
                "/proc/sched_debug", "/proc/scsi", "/proc/interrupts", "/proc/kpagecount", "/proc/kpageflags", "/proc/kpagecgroup", "/proc/kmsg"),
            ["readonlyPaths"] = Strings("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"),
        },
    };

    private static JsonArray Mounts()
    {
        var mounts = new JsonArray(
            Mount("/proc", "proc", "proc", "nosuid", "noexec", "nodev"),
            Mount("/dev", "tmpfs", "tmpfs", "nosuid", "strictatime", "mode=755", "size=64k", "nr_inodes=64"),
            Mount("/dev/pts", "devpts", "devpts", "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"),
            Mount("/dev/shm", "tmpfs", "shm", "nosuid", "noexec", "nodev", "mode=1777", "size=64m", "nr_inodes=4096"),
            Mount("/dev/mqueue", "mqueue", "mqueue", "nosuid", "noexec", "nodev"));
        foreach (var (host, inside) in RootFileSystem.Binds())
        {
            mounts.Add((JsonNode)Mount(inside, "bind", host, "rbind", "ro", "nosuid", "nodev"));
        }

        return mounts;
    }

    private static JsonArray Devices() => new(
        new JsonObject { ["allow"] = false, ["access"] = "rwm" },
        Device(1, 3), Device(1, 5), Device(1, 7), Device(1, 8), Device(1, 9), Device(5, 0), Device(5, 2), Device(136, null));

    private static JsonObject Device(int major, int? minor)
    {
        var device = new JsonObject { ["allow"] = true, ["type"] = "c", ["major"] = major, ["access"] = "rw" };
        if (minor is not null)
        {
            device["minor"] = minor;
        }

        return device;
    }

    private static JsonObject Mount(string destination, string type, string source, params string[] options) => new()
    {
        ["destination"] = destination, ["type"] = type, ["source"] = source, ["options"] = Strings(options),
    };

    private static JsonObject Mapping(uint firstId) => new() { ["containerID"] = 0, ["hostID"] = firstId, ["size"] = IdsPerSandbox };

    private static JsonObject Limit(string kind, long value) => new() { ["type"] = kind, ["hard"] = value, ["soft"] = value };

    private static JsonArray Strings(params string[] values) => new([.. values.Select(value => (JsonNode)value)]);
}
