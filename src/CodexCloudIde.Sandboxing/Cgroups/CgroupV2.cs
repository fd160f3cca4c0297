using System.Globalization;

namespace CodexCloudIde.Sandboxing.Cgroups;

/// <summary>One unified folder.</summary>
internal sealed class CgroupV2(string folder) : ICgroup
{
    private TimeSpan forgotten;

    public void Limit(SandboxLimits limits)
    {
        CgroupFiles.Write(In("memory.max"), (long)limits.MemoryMb << 20);
        if (File.Exists(In("memory.swap.max")))
        {
            CgroupFiles.Write(In("memory.swap.max"), 0);
        }

        CgroupFiles.Write(In("memory.oom.group"), 1);
        CgroupFiles.Write(In("cpu.max"), string.Create(CultureInfo.InvariantCulture, $"{(long)(limits.Cpus * 100_000)} 100000"));
        CgroupFiles.Write(In("pids.max"), limits.Processes + 1);
    }

    public void ForgetPast() => forgotten += CpuTime;

    public TimeSpan CpuTime => TimeSpan.FromMicroseconds(CgroupFiles.Field(In("cpu.stat"), "usage_usec")) - forgotten;

    public long PeakMemory => CgroupFiles.Number(In("memory.peak"));

    public long OutOfMemoryKills => CgroupFiles.Field(In("memory.events"), "oom_kill");

    public long RefusedForks => CgroupFiles.Field(In("pids.events"), "max");

    public int Processes => (int)CgroupFiles.Number(In("pids.current"));

    public (long Read, long Written) Transferred
    {
        get
        {
            long read = 0, written = 0;
            foreach (var word in File.Exists(In("io.stat")) ? File.ReadAllText(In("io.stat")).Split([' ', '\n']) : [])
            {
                read += word.StartsWith("rbytes=", StringComparison.Ordinal) ? long.Parse(word.AsSpan(7), CultureInfo.InvariantCulture) : 0;
                written += word.StartsWith("wbytes=", StringComparison.Ordinal) ? long.Parse(word.AsSpan(7), CultureInfo.InvariantCulture) : 0;
            }

            return (read, written);
        }
    }

    public IReadOnlyList<int> Members => CgroupFiles.Members(folder);

    public bool Remove() => CgroupFiles.Remove(folder);

    private string In(string file) => Path.Combine(folder, file);
}
