using System.Text.Json;

namespace CodexCloudIde.Executions.Running;

/// <summary>A result as it is kept: whole, and as a listing has it. Both JSON.</summary>
internal readonly record struct RunText(string Result, string Outline)
{
    /// <param name="result">An <see cref="Execution"/> or a <see cref="TestRun"/>.</param>
    public static RunText Of<T>(T result) => new(JsonSerializer.Serialize(result, RunJson.Options), JsonSerializer.Serialize(Outlined(result), RunJson.Options));

    private static object? Outlined(object? result) => result switch
    {
        Execution execution => Outlined(execution),
        TestRun run => run with { Cases = [], Coverage = null, Execution = Outlined(run.Execution) },
        _ => result,
    };

    private static Execution Outlined(Execution execution) => execution with
    {
        Stdout = "",
        Stderr = "",
        Truncated = execution.Truncated || execution.Stdout.Length + execution.Stderr.Length > 0,
        Traces = [],
        Changes = [],
    };
}
