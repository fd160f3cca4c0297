namespace CodexCloudIde.Executions;

public sealed record TestRunRequest(
    IReadOnlyList<string>? Command = null, IReadOnlyList<string>? Filter = null, bool Coverage = false, ExecutionLimits? Limits = null)
{
    /// <summary>Coverage by case as well: <see cref="FileCoverage.ByCase"/>.</summary>
    public bool CoveragePerCase { get; init; }
}

public sealed record TestCase(
    string Id, string Name, string Path, int? Line, string Status, double DurationMs, string? Message, IReadOnlyList<StackFrame> Frames);

public sealed record FileCoverage(string Path, IReadOnlyList<int> Covered, IReadOnlyList<int> Uncovered)
{
    /// <summary>Per case id the lines it ran, when asked for (fault localisation needs it); null otherwise.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<int>>? ByCase { get; init; }
}

public sealed record Coverage(int Lines, int Covered, IReadOnlyList<FileCoverage> Files);

/// <summary>One test run, as the API answers it.</summary>
public sealed record TestRun(
    string Id, string Framework, string Status, int Total, int Passed, int Failed, int Errors, int Skipped, double DurationMs,
    IReadOnlyList<TestCase> Cases, Coverage? Coverage, Execution Execution, string Summary)
{
    /// <summary>Status of a run that has not ended.</summary>
    public const string Underway = "running";

    /// <summary>The cases that were asked for; null is all of them.</summary>
    public IReadOnlyList<string>? Filter { get; init; }

    /// <summary>The task's own checkout that it ran over; null is the live one.</summary>
    public string? Checkout { get; init; }

    /// <summary>Name of who started it.</summary>
    public string? StartedBy { get; init; }
}
