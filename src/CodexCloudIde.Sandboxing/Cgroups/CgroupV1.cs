namespace CodexCloudIde.Sandboxing.Cgroups;

/// <summary>One folder per controller.</summary>
internal sealed class CgroupV1(CgroupMounts mounts, string path) : ICgroup
{
    private readonly string cpu = mounts.FolderOf("cpu", path);
    private readonly string account = mounts.FolderOf("cpuacct", path);
    private readonly string memory = mounts.FolderOf("memory", path);
    private readonly string processes = mounts.FolderOf("pids", path);
    private readonly string blocks = mounts.FolderOf("blkio", path);

    public void Limit(SandboxLimits limits)
    {
        var bytes = (long)limits.MemoryMb << 20;
        CgroupFiles.Write(Path.Combine(memory, "memory.limit_in_bytes"), bytes);
        var withSwap = Path.Combine(memory, "memory.memsw.limit_in_bytes");
        if (File.Exists(withSwap))
        {
            CgroupFiles.Write(withSwap, bytes);
        }

        CgroupFiles.Write(Path.Combine(cpu, "cpu.cfs_quota_us"), (long)(limits.Cpus * CgroupFiles.Number(Path.Combine(cpu, "cpu.cfs_period_us"))));
        CgroupFiles.Write(Path.Combine(processes, "pids.max"), limits.Processes + 1);
    }

    public void ForgetPast()
    {
        CgroupFiles.Write(Path.Combine(memory, "memory.max_usage_in_bytes"), 0);
        CgroupFiles.Write(Path.Combine(account, "cpuacct.usage"), 0);
    }

    public TimeSpan CpuTime => TimeSpan.FromTicks(CgroupFiles.Number(Path.Combine(account, "cpuacct.usage")) / 100);

    public long PeakMemory => CgroupFiles.Number(Path.Combine(memory, "memory.max_usage_in_bytes"));

    public long OutOfMemoryKills => CgroupFiles.Field(Path.Combine(memory, "memory.oom_control"), "oom_kill");

    public long RefusedForks => CgroupFiles.Field(Path.Combine(processes, "pids.events"), "max");

    public int Processes => (int)CgroupFiles.Number(Path.Combine(processes, "pids.current"));

    public (long Read, long Written) Transferred => CgroupV1Blocks.Sum(Path.Combine(blocks, "blkio.throttle.io_service_bytes"));

    public IReadOnlyList<int> Members => CgroupFiles.Members(processes);

    public bool Remove() => CgroupFiles.RemoveEverywhere(mounts.Roots, path);
}

/// <summary>The block controller's table: "8:0 Read 4096".</summary>
internal static class CgroupV1Blocks
{
    public static (long Read, long Written) Sum(string file)
    {
        long read = 0, written = 0;
        try
        {
            foreach (var line in File.ReadLines(file))
            {
                var words = line.Split(' ');
                if (words.Length == 3 && long.TryParse(words[2], System.Globalization.CultureInfo.InvariantCulture, out var bytes))
                {
                    read += words[1] == "Read" ? bytes : 0;
                    written += words[1] == "Write" ? bytes : 0;
                }
            }
        }
        catch (IOException)
        {
            return (read, written);
        }

        return (read, written);
    }
}
