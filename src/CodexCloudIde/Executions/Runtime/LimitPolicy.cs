using CodexCloudIde.Api;
using CodexCloudIde.Sandboxing;

namespace CodexCloudIde.Executions.Runtime;

/// <summary>From what a request asks to what a sandbox holds: defaults filled in, anything above the ceiling or not held here refused by name.</summary>
internal static class LimitPolicy
{
    /// <param name="asked">What the request says.</param>
    /// <param name="usual">What it gets where it does not say.</param>
    /// <param name="ceiling">The most that it may ask for.</param>
    /// <param name="probe">What this host can hold.</param>
    public static Outcome<SandboxLimits> Apply(ExecutionLimits? asked, ExecutionLimits usual, ExecutionLimits ceiling, SandboxProbe probe)
    {
        asked ??= new ExecutionLimits();
        (string Name, double? Asked, double? Ceiling)[] values =
        [
            ("cpuSeconds", asked.CpuSeconds, ceiling.CpuSeconds), ("wallSeconds", asked.WallSeconds, ceiling.WallSeconds),
            ("idleSeconds", asked.IdleSeconds, ceiling.IdleSeconds), ("cpus", asked.Cpus, ceiling.Cpus), ("memoryMb", asked.MemoryMb, ceiling.MemoryMb),
            ("processes", asked.Processes, ceiling.Processes), ("diskMb", asked.DiskMb, ceiling.DiskMb), ("files", asked.Files, ceiling.Files),
            ("outputKb", asked.OutputKb, ceiling.OutputKb), ("diskReadKbps", asked.DiskReadKbps, ceiling.DiskReadKbps),
            ("diskWriteKbps", asked.DiskWriteKbps, ceiling.DiskWriteKbps), ("networkKbps", asked.NetworkKbps, ceiling.NetworkKbps),
        ];
        foreach (var (name, value, most) in values)
        {
            if (value is null)
            {
                continue;
            }

            if (!(value > 0))
            {
                return new Refusal(422, "limit-invalid", $"The limit {name} must be greater than 0.", $"limits.{name}");
            }

            if (probe.MissingLimits.TryGetValue(name, out var why))
            {
                return new Refusal(422, "limit-not-held", $"The limit {name} cannot be held on this host: {why} Leave it out.", $"limits.{name}");
            }

            if (value > most)
            {
                return new Refusal(422, "limit-above-ceiling", FormattableString.Invariant($"The limit {name} is above the ceiling of {most}; ask for less."), $"limits.{name}");
            }
        }

        var memory = asked.MemoryMb ?? Math.Min(usual.MemoryMb!.Value, ceiling.MemoryMb!.Value);
        if (memory < 16)
        {
            return new Refusal(422, "limit-invalid", "The limit memoryMb must be at least 16.", "limits.memoryMb");
        }

        if (asked.Cpus < 0.05)
        {
            return new Refusal(422, "limit-invalid", "The limit cpus must be at least 0.05.", "limits.cpus");
        }

        if (asked.DiskMb > memory)
        {
            return new Refusal(422, "limit-not-held", "The limit diskMb cannot be above memoryMb: a sandbox's writable files live in its memory.", "limits.diskMb");
        }

        return new SandboxLimits(
            asked.CpuSeconds ?? Least(usual.CpuSeconds, ceiling.CpuSeconds), asked.WallSeconds ?? Least(usual.WallSeconds, ceiling.WallSeconds),
            asked.IdleSeconds ?? Least(usual.IdleSeconds, ceiling.IdleSeconds), asked.Cpus ?? Least(usual.Cpus, ceiling.Cpus), memory,
            asked.Processes ?? (int)Least(usual.Processes, ceiling.Processes), asked.DiskMb ?? (int)Math.Min(Least(usual.DiskMb, ceiling.DiskMb), memory),
            asked.Files ?? (int)Least(usual.Files, ceiling.Files), asked.OutputKb ?? (int)Least(usual.OutputKb, ceiling.OutputKb));

        // What nobody asked for is never above what anybody may ask for.
        static double Least(double? usual, double? most) => Math.Min(usual!.Value, most!.Value);
    }
}
