namespace CodexCloudIde.Sandboxing;

/// <summary>What one sandbox may use; every value is enforced or the sandbox is refused.</summary>
/// <param name="CpuSeconds">CPU time summed over every process, seconds.</param>
/// <param name="WallSeconds">Time since the command began, seconds; 0 is unlimited (terminals).</param>
/// <param name="IdleSeconds">Time without output and without CPU use, seconds; 0 is unlimited.</param>
/// <param name="Cpus">Share of the machine, in CPUs.</param>
/// <param name="MemoryMb">Resident memory including everything written to the sandbox's own file systems, MiB, no swap.</param>
/// <param name="Processes">Processes and threads alive at once.</param>
/// <param name="DiskMb">Bytes in the writable file systems (workspace overlay, /tmp and home together), MiB.</param>
/// <param name="Files">Inodes in the same.</param>
/// <param name="OutputKb">stdout and stderr together, KiB; more is a kill.</param>
public sealed record SandboxLimits(
    double CpuSeconds = 60, double WallSeconds = 120, double IdleSeconds = 60, double Cpus = 1, int MemoryMb = 1024, int Processes = 256, int DiskMb = 256,
    int Files = 50_000, int OutputKb = 1024);
