namespace CodexCloudIde.Executions;

/// <summary>Limits as API.md has them; null means the tenant's default.</summary>
public sealed record ExecutionLimits(
    double? CpuSeconds = null, double? WallSeconds = null, double? IdleSeconds = null, double? Cpus = null, int? MemoryMb = null, int? Processes = null,
    int? DiskMb = null, int? Files = null, int? OutputKb = null, int? DiskReadKbps = null, int? DiskWriteKbps = null, int? NetworkKbps = null);

/// <summary>What to run, in a fresh sandbox, at <c>/workspace</c>.</summary>
public sealed record ExecutionRequest(
    IReadOnlyList<string> Command, string? Stdin = null, IReadOnlyDictionary<string, string>? Env = null, string? WorkingDirectory = null,
    ExecutionLimits? Limits = null, string Network = "none", bool WriteBack = false);

/// <summary>What a run used.</summary>
public sealed record ExecutionUsage(
    long CpuMs, long WallMs, long PeakMemoryBytes, long ReadBytes, long WrittenBytes, long NetworkBytes, int PeakProcesses);

public sealed record SandboxInfo(string Runtime, string RootFileSystem, IReadOnlyList<string> Isolation);

public sealed record FileChange(string Path, string Change);

public sealed record StackFrame(string Path, int? Line, string? Function);

public sealed record StackTrace(string Type, string Message, IReadOnlyList<StackFrame> Frames);

/// <summary>One execution, as the API answers it.</summary>
public sealed record Execution(
    string Id, string Status, int? ExitCode, int? Signal, string? Reason, IReadOnlyList<string> Labels, string Stdout, string Stderr, bool Truncated,
    ExecutionUsage? Usage, DateTimeOffset? StartedAt, SandboxInfo? Sandbox, IReadOnlyList<FileChange> Changes, IReadOnlyList<StackTrace> Traces, string Summary);

/// <summary>An event of a running execution or test run: <c>started</c>, <c>stdout</c>, <c>stderr</c>, <c>usage</c>, <c>label</c>, <c>case</c>, <c>result</c>.</summary>
/// <param name="Name">Event name.</param>
/// <param name="Data">camelCase JSON.</param>
[GenerateSerializer, Immutable]
public sealed record ExecutionEvent([property: Id(0)] string Name, [property: Id(1)] string Data)
{
    /// <summary>What is known with it; what <c>Last-Event-ID</c> resumes by.</summary>
    [Id(2)]
    internal Running.RunPosition Position { get; init; }
}

/// <summary>A run under way: everybody may watch it, it ends by itself.</summary>
public sealed record RunHandle<TResult>(string Id, Func<CancellationToken, IAsyncEnumerable<ExecutionEvent>> Events, Task<TResult> Completion);
