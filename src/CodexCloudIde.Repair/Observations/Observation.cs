using CodexCloudIde.Repair.Syntax;

namespace CodexCloudIde.Repair.Observations;

/// <summary>A value as a frame held it: its type and what of its shape helps.</summary>
internal sealed record LocalValue(string Type, IReadOnlyList<string> Keys, IReadOnlyList<string> Attributes, int? Length);

internal sealed record Frame(string Path, int Line, string Function, IReadOnlyDictionary<string, LocalValue> Locals);

/// <summary>Why a test failed. <paramref name="Key"/>, <paramref name="Name"/> and <paramref name="Attributes"/> are what KeyError, NameError and AttributeError say themselves.</summary>
internal sealed record Failure(
    string Type, string Message, IReadOnlyList<Frame> Frames, string? Key, string? Name, string? Object, IReadOnlyList<string> Attributes)
{
    /// <summary>The innermost frame in the product, tests left out.</summary>
    public Frame? Surface => Frames.LastOrDefault(frame => !SourceFile.IsTestPath(frame.Path));

    /// <summary>Raised by the product, not by an assertion of the test.</summary>
    public bool InProduct => Frames.Count > 0 && !SourceFile.IsTestPath(Frames[^1].Path);
}

internal sealed record TestObservation(
    string Id, string Outcome, bool Collecting, double Seconds, Failure? Failure, IReadOnlyDictionary<string, IReadOnlySet<int>> Lines);

/// <summary>What one run of all tests showed.</summary>
internal sealed record Observation(int Status, IReadOnlyList<TestObservation> Tests, IReadOnlyDictionary<string, SourceFile> Files, IReadOnlyList<string> Unreadable)
{
    public IReadOnlyList<TestObservation> Failing { get; } = [.. Tests.Where(test => test.Outcome == "failed")];

    public IReadOnlyList<TestObservation> Passing { get; } = [.. Tests.Where(test => test.Outcome == "passed")];
}
