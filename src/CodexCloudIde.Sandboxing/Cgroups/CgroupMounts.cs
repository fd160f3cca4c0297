namespace CodexCloudIde.Sandboxing.Cgroups;

/// <summary>Where this host's controllers are mounted: all in one tree (v2), or a tree each (v1 and hybrid).</summary>
internal sealed class CgroupMounts
{
    private static readonly string[] Needed = ["cpu", "cpuacct", "memory", "pids"];

    private readonly Dictionary<string, string> controllers = [];
    private readonly string? unified;

    private CgroupMounts(IEnumerable<string> mountInfo)
    {
        foreach (var line in mountInfo)
        {
            // "31 23 0:28 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu"
            var halves = line.Split(" - ", 2);
            var left = halves[0].Split(' ');
            var right = halves.Length == 2 ? halves[1].Split(' ') : [];
            if (right.Length < 3)
            {
                continue;
            }

            if (right[0] == "cgroup2")
            {
                unified = left[4];
            }
            else if (right[0] == "cgroup")
            {
                foreach (var name in right[2].Split(','))
                {
                    controllers[name] = left[4];
                }
            }
        }
    }

    /// <summary>Every tree that a sandbox gets a folder in.</summary>
    public IEnumerable<string> Roots => controllers.Values.Append(unified).OfType<string>().Distinct();

    /// <summary>True when the controllers that limits need are in the unified tree.</summary>
    public bool IsUnified => unified is not null && !controllers.ContainsKey("memory");

    /// <summary>Controllers without which limits cannot be held.</summary>
    public IReadOnlyList<string> Missing
    {
        get
        {
            if (!IsUnified)
            {
                return [.. Needed.Where(name => !controllers.ContainsKey(name))];
            }

            var present = File.ReadAllText(Path.Combine(unified!, "cgroup.controllers")).Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
            return [.. Needed.Where(name => name != "cpuacct" && !present.Contains(name))];
        }
    }

    public static CgroupMounts Read() => new(File.ReadLines("/proc/self/mountinfo"));

    public static CgroupMounts Of(IEnumerable<string> mountInfo) => new(mountInfo);

    public string FolderOf(string controller, string path) =>
        controllers.TryGetValue(controller, out var root) ? root + path : Path.Combine("/nonexistent", controller);

    /// <summary>How much of the processors the group gets while others want them too; 100 is what a group or process has by default (v1: 1024 shares).</summary>
    public void Weigh(string path, int weight)
    {
        var file = IsUnified ? Path.Combine(unified + path, "cpu.weight") : Path.Combine(FolderOf("cpu", path), "cpu.shares");
        if (File.Exists(file))
        {
            CgroupFiles.Write(file, IsUnified ? weight : weight * 1024 / 100);
        }
    }

    public ICgroup Group(string path) => IsUnified ? new CgroupV2(unified + path) : new CgroupV1(this, path);
}
