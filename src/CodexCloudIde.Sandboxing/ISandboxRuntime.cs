namespace CodexCloudIde.Sandboxing;

/// <summary>
/// Makes sandboxes. The contract fits a daemon-less runtime and a container engine alike: a sandbox is made for one job, runs it, can be
/// collected after it ended, and is gone when disposed.
/// </summary>
public interface ISandboxRuntime : IAsyncDisposable
{
    /// <summary><c>oci</c> or <c>docker</c>.</summary>
    string Name { get; }

    /// <summary>What this host can and cannot hold; remembered once it is usable, else looked at again after a few seconds.</summary>
    Task<SandboxProbe> ProbeAsync(CancellationToken cancellationToken);

    /// <summary>Removes what a killed server left for this data directory. Call once at start-up.</summary>
    /// <returns>Sandboxes removed.</returns>
    Task<int> SweepAsync(CancellationToken cancellationToken);

    /// <summary>A fresh sandbox.</summary>
    /// <exception cref="SandboxException">The host could not make it.</exception>
    Task<ISandbox> CreateAsync(SandboxSpecification specification, CancellationToken cancellationToken);
}

/// <summary>One sandbox: one command or one terminal, then the end.</summary>
public interface ISandbox : IAsyncDisposable
{
    /// <summary>Short and unique on this host.</summary>
    string Id { get; }

    /// <summary>CPU time so far, to see cheaply whether anything happened inside.</summary>
    TimeSpan CpuTime { get; }

    /// <summary>Runs to the end. Cancelling kills everything inside and still returns the result, with <see cref="KillCause.Cancelled"/>.</summary>
    Task<SandboxResult> RunAsync(SandboxCommand command, ISandboxObserver observer, CancellationToken cancellationToken);

    /// <summary>Starts a command on a pseudo-terminal of its own.</summary>
    Task<ISandboxTerminal> OpenTerminalAsync(SandboxCommand command, int columns, int rows, CancellationToken cancellationToken);

    /// <summary>Bytes of <see cref="SandboxPaths.Report"/> from an offset, while the job runs or after it; empty when there is nothing more.</summary>
    byte[] ReadReport(long offset, int most);

    /// <summary>What changed in the workspace's overlay, after the command ended. Links are never followed; special files are skipped.</summary>
    Task<CollectedChanges> CollectAsync(CollectLimits limits, CancellationToken cancellationToken);

    /// <summary>Brings what the run compiled into <see cref="SandboxSpecification.CompiledPath"/>, after the command ended. Nobody else may use that directory meanwhile.</summary>
    /// <param name="asOf">No file is kept as newer than this: what is edited while it is compiled must look newer than what came of it.</param>
    /// <param name="mostBytes">Of the run's own; more is not kept.</param>
    /// <returns>False when it does not fit.</returns>
    Task<bool> KeepCompiledAsync(DateTimeOffset asOf, long mostBytes, CancellationToken cancellationToken);
}

/// <summary>A program on a pseudo-terminal inside a sandbox.</summary>
public interface ISandboxTerminal
{
    /// <summary>What the program writes; 0 bytes when it ended.</summary>
    ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken);

    ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    void Resize(int columns, int rows);

    /// <summary>The end, whoever caused it.</summary>
    Task<SandboxResult> Completion { get; }
}

/// <summary>Broken infrastructure: the host could not make or keep a sandbox.</summary>
public sealed class SandboxException(string message, Exception? inner = null) : IOException(message, inner)
{
    /// <summary>The kernel's error number, when it was the kernel that refused; 0 otherwise.</summary>
    internal int ErrorNumber { get; init; }
}

/// <summary>What this host can hold.</summary>
/// <param name="Runtime"><c>oci</c>, <c>docker</c> or <c>none</c>.</param>
/// <param name="Usable">Whether sandboxes can be made at all.</param>
/// <param name="Version">The runtime's own words.</param>
/// <param name="Isolation">Kinds that hold: <c>pid</c>, <c>mount</c>, <c>net</c>, <c>seccomp</c>, ….</param>
/// <param name="MissingLimits">Names of API limits that cannot be held here, each with the reason.</param>
/// <param name="Missing">What is missing and what to install or change; empty when all is well.</param>
public sealed record SandboxProbe(
    string Runtime, bool Usable, string Version, IReadOnlyList<string> Isolation, IReadOnlyDictionary<string, string> MissingLimits, IReadOnlyList<string> Missing)
{
    /// <summary>How this kernel is told an overlay's layers: <c>descriptors</c> (Linux 6.13 or newer) or <c>paths</c>; empty when nothing works.</summary>
    public string Layers { get; init; } = "";
}
