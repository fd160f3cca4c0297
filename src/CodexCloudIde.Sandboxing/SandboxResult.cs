namespace CodexCloudIde.Sandboxing;

/// <summary>Why a sandbox was ended from outside. Comes from cgroup events and the supervisor, never from an exit code.</summary>
public enum KillCause
{
    /// <summary>It ended by itself.</summary>
    None,
    Cpu,
    Wall,
    Idle,
    Memory,
    Processes,
    Output,
    Cancelled,
    ServerStopped,
}

/// <summary>What was noticed besides the end.</summary>
public enum SandboxLabel
{
    /// <summary>The writable layer or its inodes were full at the end.</summary>
    DiskFull,

    /// <summary>A fork was refused.</summary>
    ProcessLimit,

    /// <summary>All CPU, no input or output, flat memory.</summary>
    SuspectedSpin,
}

/// <summary>What was used. CPU and wall in milliseconds, sizes in bytes.</summary>
public sealed record SandboxUsage(long CpuMs, long WallMs, long PeakMemoryBytes, long ReadBytes, long WrittenBytes, int PeakProcesses);

/// <summary>How a command ended.</summary>
/// <param name="ExitCode">What it returned; null when it was killed.</param>
/// <param name="Cause">Why it was killed.</param>
public sealed record SandboxResult(int? ExitCode, KillCause Cause, IReadOnlyList<SandboxLabel> Labels, SandboxUsage Usage)
{
    /// <summary>The signal that a shell would have reported by this exit code.</summary>
    public int? Signal => ExitCode is > 128 and <= 128 + 31 ? ExitCode - 128 : null;
}

/// <summary>Which stream a piece of output came from.</summary>
public enum OutputStream
{
    Stdout,
    Stderr,
}

/// <summary>Receives output and figures while a command runs; called from one thread at a time per stream, must not block.</summary>
public interface ISandboxObserver
{
    /// <param name="bytes">Valid during the call only.</param>
    void Wrote(OutputStream stream, ReadOnlySpan<byte> bytes);

    void Used(SandboxUsage usage);

    void Labelled(SandboxLabel label);
}
