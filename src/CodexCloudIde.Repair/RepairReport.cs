using CodexCloudIde.Repair.Candidates;

namespace CodexCloudIde.Repair;

public enum RepairStatus
{
    /// <summary>No test failed to begin with.</summary>
    NothingToDo,

    /// <summary>Every failing test passes and none that passed fails.</summary>
    Fixed,

    /// <summary>Some failing tests pass and none that passed fails.</summary>
    Partly,

    /// <summary>No edit within the budget mended anything without breaking something.</summary>
    NotFixed,

    /// <summary>The tests could not be observed.</summary>
    CannotObserve,
}

/// <summary>One edit that was kept. <paramref name="Mended"/>: the tests that it turned green; <paramref name="Round"/>: the observation, from 0, whose texts the spans of its edits are of.</summary>
public sealed record RepairPatch(
    string Path, int Line, string? Function, string Template, string What, string Symptom, string Diff, IReadOnlyList<SourceEdit> Edits, IReadOnlyList<string> Mended, int Alternatives, int Round);

/// <summary>A file as it was and as the kept patches leave it.</summary>
public sealed record RepairedFile(string Path, string Before, string After);

public sealed record RepairReport(
    RepairStatus Status, IReadOnlyList<RepairPatch> Patches, IReadOnlyList<RepairedFile> Files, IReadOnlyList<string> FailedBefore, IReadOnlyList<string> FailedAfter, int Passing, int Tried, string Explanation);

/// <summary>
/// How much a repair may take: <paramref name="Seconds"/> of trials in all, and <paramref name="Observations"/> times what observing all tests once took
/// here, since a slow machine or slow tests need longer for the same trials; at most <paramref name="MostSeconds"/>. <paramref name="Rounds"/> of observing anew.
/// </summary>
public sealed record RepairBudget(double Seconds = 40, double Observations = 20, double MostSeconds = 600, int Rounds = 4, int Workers = 2)
{
    /// <param name="observed">What observing all tests once took.</param>
    internal TimeSpan Of(TimeSpan observed) => TimeSpan.FromSeconds(Math.Min(Seconds + (Observations * observed.TotalSeconds), Math.Max(Seconds, MostSeconds)));
}
