using System.Globalization;

namespace CodexCloudIde.Executions.Running;

/// <summary>What happened in a few plain sentences: the same for people and for the model.</summary>
internal static class Summaries
{
    public static string Of(Execution execution, Sandboxing.SandboxLimits limits, ExecutionRequest request)
    {
        var usage = execution.Usage;
        var time = usage is null ? "" : string.Create(CultureInfo.InvariantCulture, $" after {usage.WallMs / 1000.0:0.00} s (CPU {usage.CpuMs / 1000.0:0.00} s, {usage.PeakMemoryBytes / 1048576.0:0} MB)");
        var head = execution.Status switch
        {
            "exited" => string.Create(CultureInfo.InvariantCulture, $"Exited with {execution.ExitCode}{(execution.Signal is { } signal ? $" (signal {signal})" : "")}{time}."),
            "killed" => $"Killed{time}: {Reason(execution.Reason, limits)}",
            _ => NotStarted(execution.Reason, request),
        };
        var trace = execution.Traces is [.., var last]
            ? $" {last.Type}: {last.Message}{(last.Frames.LastOrDefault(frame => !frame.Path.StartsWith('/')) is { } frame ? string.Create(CultureInfo.InvariantCulture, $" at {frame.Path}:{frame.Line}") : "")}."
            : "";
        var labels = execution.Labels.Contains("diskFull") ? " The sandbox's disk was full." : "";
        var changes = execution.Changes.Count > 0 ? string.Create(CultureInfo.InvariantCulture, $" {execution.Changes.Count} files changed.") : "";
        return head + trace + labels + changes;
    }

    private static string NotStarted(string? reason, ExecutionRequest request) => reason switch
    {
        "noWorkingDirectory" => $"Not started: the working directory {Shown(request.WorkingDirectory)} does not exist in the workspace or cannot be entered.",
        "commandNotFound" => $"Not started: {Shown(request.Command[0])}, or the interpreter that its first line names, does not exist in the sandbox.",
        "commandNotExecutable" => $"Not started: {Shown(request.Command[0])} cannot be executed: it is a folder, lacks the permission (chmod +x), or its arguments are too long.",
        "diskFull" => "Not started: the server's disk is full. Delete what is not needed or ask the operator for space, then try again.",
        "cancelled" => "Not started: it was cancelled before its turn.",
        "serverStopped" => "Not started: the server stopped; run it again.",
        _ => "Not started: no sandbox could be made for it; the server's log says why.",
    };

    private static string Shown(string? word) =>
        $"'{string.Concat((word is { Length: > 200 } ? word[..200] + "…" : word ?? "").Where(c => !char.IsControl(c)))}'";

    private static string Reason(string? reason, Sandboxing.SandboxLimits limits) => string.Create(CultureInfo.InvariantCulture, $"{reason switch
    {
        "cpu" => $"it used more than its {limits.CpuSeconds} s of CPU time.",
        "wall" => $"it ran longer than {limits.WallSeconds} s.",
        "idle" => $"it neither computed nor printed for {limits.IdleSeconds} s; it may wait for input or be deadlocked.",
        "memory" => $"it needed more than its {limits.MemoryMb} MB of memory.",
        "processes" => $"it kept starting processes beyond its {limits.Processes}.",
        "output" => $"it printed more than {limits.OutputKb} KB.",
        "syscall" => "it made a system call that no sandbox may make (another architecture's).",
        "cancelled" => "it was cancelled.",
        "serverStopped" => "the server stopped.",
        _ => "it was ended.",
    }}");
}
