using CodexCloudIde.Api;
using CodexCloudIde.Sandboxing;

namespace CodexCloudIde.Executions.Runtime;

/// <summary>From what a request asks to what a sandbox holds: defaults filled in, anything above the ceiling or not held here refused by name.</summary>
internal static class LimitPolicy
{
    public static Outcome<SandboxLimits> Apply(ExecutionLimits? asked, SandboxSettings settings, SandboxProbe probe)
    {
        asked ??= new ExecutionLimits();
        var (usual, ceiling) = (settings.Default, settings.Ceiling);
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

        var memory = asked.MemoryMb ?? usual.MemoryMb!.Value;
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
            asked.CpuSeconds ?? usual.CpuSeconds!.Value, asked.WallSeconds ?? usual.WallSeconds!.Value, asked.IdleSeconds ?? usual.IdleSeconds!.Value,
            asked.Cpus ?? usual.Cpus!.Value, memory, asked.Processes ?? usual.Processes!.Value, asked.DiskMb ?? Math.Min(usual.DiskMb!.Value, memory),
            asked.Files ?? usual.Files!.Value, asked.OutputKb ?? usual.OutputKb!.Value);
    }
}
