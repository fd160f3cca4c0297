using CodexCloudIde.Repair.Syntax;

namespace CodexCloudIde.Repair.Observations;

/// <summary>A value as a frame held it: its type and what of its shape helps.</summary>
internal sealed record LocalValue(string Type, IReadOnlyList<string> Keys, IReadOnlyList<string> Attributes, int? Length);

internal sealed record Frame(string Path, int Line, string Function, IReadOnlyDictionary<string, LocalValue> Locals);

/// <summary>
/// Why a test failed. <paramref name="Key"/>, <paramref name="Name"/> and <paramref name="Attributes"/> are what KeyError, NameError and AttributeError say themselves;
/// <paramref name="Signs"/> how what an assertion got differs from what it expected, <paramref name="Numbers"/> and <paramref name="Texts"/> where the two differ.
/// </summary>
internal sealed record Failure(
    string Type, string Message, IReadOnlyList<Frame> Frames, string? Key, string? Name, string? Object, IReadOnlyList<string> Attributes, IReadOnlyList<string> Signs,
    IReadOnlyList<(double Got, double Wanted)> Numbers, IReadOnlyList<(string Got, string Wanted)> Texts)
{
    /// <summary>The innermost frame in the product, tests left out.</summary>
    public Frame? Surface => Frames.LastOrDefault(frame => !SourceFile.IsTestPath(frame.Path));

    /// <summary>Raised by the product, not by an assertion of the test.</summary>
    public bool InProduct => Frames.Count > 0 && !SourceFile.IsTestPath(Frames[^1].Path);
}

/// <summary>What a test did. <paramref name="At"/>: the line of the test itself where it failed; 0 when that is not known.</summary>
internal sealed record TestObservation(
    string Id, string Outcome, bool Collecting, double Seconds, int At, Failure? Failure, IReadOnlyDictionary<string, IReadOnlySet<int>> Lines)
{
    public bool Hung => Failure?.Type == "Hang";
}

/// <summary>A module that is not Python: where the parser stopped, and why.</summary>
internal sealed record Unparsed(string Path, string Text, int Line, string Problem);

/// <summary>What one run of all tests showed. <paramref name="Importing"/>: the lines that ran while modules were imported.</summary>
internal sealed record Observation(
    int Status, IReadOnlyList<TestObservation> Tests, IReadOnlyDictionary<string, SourceFile> Files, IReadOnlyList<string> Unreadable, IReadOnlyList<Unparsed> Unparsed, ValueTypes Types,
    IReadOnlySet<(string Path, int Line)> Importing)
{
    public IReadOnlyList<TestObservation> Failing { get; } = [.. Tests.Where(test => test.Outcome == "failed")];

    public IReadOnlyList<TestObservation> Passing { get; } = [.. Tests.Where(test => test.Outcome == "passed")];
}
