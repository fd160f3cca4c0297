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

    /// <summary>The kernel ended it for a system call that no sandbox may make.</summary>
    Syscall,
}

/// <summary>Why nothing was run, though the sandbox stood.</summary>
public enum StartRefusal
{
    /// <summary>It was run.</summary>
    None,

    /// <summary>The working directory does not exist inside, or cannot be entered.</summary>
    WorkingDirectory,

    /// <summary>The program, or the interpreter that its first line names, does not exist inside.</summary>
    NotFound,

    /// <summary>It exists but is a folder, not executable, of another machine, or has too long arguments.</summary>
    NotExecutable,
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

    /// <summary>A forbidden system call was made and cost the caller its life.</summary>
    DeniedSyscall,
}

/// <summary>What was used. CPU and wall in milliseconds, sizes in bytes.</summary>
public sealed record SandboxUsage(long CpuMs, long WallMs, long PeakMemoryBytes, long ReadBytes, long WrittenBytes, int PeakProcesses);

/// <summary>How a command ended.</summary>
/// <param name="ExitCode">What a shell would have seen: 128 + signal when a signal ended it, 126 or 127 when nothing was started; null when it was killed.</param>
/// <param name="Cause">Why it was killed.</param>
/// <param name="Signal">What ended it, as the kernel said: <c>exit 137</c> is no signal.</param>
/// <param name="Refusal">Why nothing was started.</param>
public sealed record SandboxResult(
    int? ExitCode, KillCause Cause, IReadOnlyList<SandboxLabel> Labels, SandboxUsage Usage, int? Signal = null, StartRefusal Refusal = StartRefusal.None);

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
