using System.Globalization;
using System.Text;
using CodexCloudIde.Repair.Candidates;
using CodexCloudIde.Repair.Observations;

namespace CodexCloudIde.Repair;

/// <summary>Says in plain words what was wrong, how that is known and why the patch is taken for right.</summary>
internal static class Explanations
{
    public static RepairPatch Patch(Choice choice, Observation observation, int round)
    {
        var candidate = choice.Candidate;
        var tests = choice.Verdict.Mended.Select(number => observation.Failing[number]).ToList();
        return new RepairPatch(
            candidate.File.Path, candidate.Line, candidate.Function, candidate.Proposal.Template, candidate.Proposal.What, Symptom(candidate, tests), Diff(candidate, observation),
            candidate.Proposal.Edits, [.. tests.Select(test => test.Id)], choice.Alternatives, round);
    }

    /// <summary>What the failing tests say and where the fault is looked for first.</summary>
    public static string Located(Observation observation, IReadOnlyList<Candidate> candidates)
    {
        var groups = observation.Failing.GroupBy(Suspicion.Signature).Select(group => $"{Count(group.Count(), "test")}: {Where(group.First().Failure)}").Take(4);
        var places = candidates.Select(candidate => candidate.Function is null ? candidate.File.Path : $"`{candidate.Function}` in {candidate.File.Path}").Distinct().Take(3);
        return $"{Count(observation.Failing.Count, "test")} of {observation.Tests.Count} failed. {string.Join("; ", groups)}. Most suspect: {string.Join(", ", places)}. {Count(candidates.Count, "candidate edit")} to try.";
    }

    public static RepairReport CannotObserve(Observation? observation, CommandOutcome outcome) => new(
        RepairStatus.CannotObserve, [], [], [], [], 0, 0,
        observation is null ? $"The tests could not be run with pytest in the sandbox ({Reason(outcome)}), so there was nothing to reason from. Nothing was changed."
            : "pytest found no tests in this project, and without a failing test there is nothing to reason from. Nothing was changed."
                + (observation.Unreadable.Count > 0 ? " These modules cannot be read: " + string.Join("; ", observation.Unreadable) : ""));

    private static string Reason(CommandOutcome outcome) => outcome switch
    {
        { Stderr: var text } when text.Contains("No module named 'pytest'", StringComparison.Ordinal) => "python3 there has no pytest",
        { ExitCode: null } => "they did not end in time",
        { Stderr: var text } when text.Trim() is { Length: > 0 } trimmed => Site.Short(trimmed.Split('\n')[^1]),
        _ => $"exit status {outcome.ExitCode}",
    };

    public static RepairReport Of(Observation first, Observation last, IReadOnlyList<RepairPatch> patches, int tried)
    {
        var (before, after) = (first.Failing.Select(test => test.Id).ToList(), last.Failing.Select(test => test.Id).ToList());
        var status = before.Count == 0 ? RepairStatus.NothingToDo : patches.Count == 0 ? RepairStatus.NotFixed : after.Count == 0 ? RepairStatus.Fixed : RepairStatus.Partly;
        return new RepairReport(status, patches, Changed(first, patches), before, after, last.Passing.Count, tried, Text(status, before, after, last, patches, tried));
    }

    /// <summary>Each round's edits are spans of what the round before left.</summary>
    private static IReadOnlyList<RepairedFile> Changed(Observation first, IReadOnlyList<RepairPatch> patches)
    {
        var texts = new Dictionary<string, string>();
        foreach (var round in patches.GroupBy(patch => patch.Round).OrderBy(round => round.Key))
        {
            foreach (var file in round.SelectMany(patch => patch.Edits).GroupBy(edit => edit.Path))
            {
                texts[file.Key] = Edited(texts.GetValueOrDefault(file.Key) ?? first.Files[file.Key].Text, file);
            }
        }

        return [.. texts.Select(file => new RepairedFile(file.Key, first.Files[file.Key].Text, file.Value))];
    }

    private static string Text(RepairStatus status, List<string> before, List<string> after, Observation last, IReadOnlyList<RepairPatch> patches, int tried)
    {
        var text = new StringBuilder();
        switch (status)
        {
            case RepairStatus.NothingToDo:
                return $"All {last.Passing.Count} tests pass: there is nothing to mend, and nothing was changed.";
            case RepairStatus.NotFixed:
                text.Append(CultureInfo.InvariantCulture, $"I found no patch. {tried} candidate edits were tried against {Count(before.Count, "failing test")}; none mended one without breaking another. Nothing was changed.");
                foreach (var group in last.Failing.GroupBy(Suspicion.Signature).Take(5))
                {
                    text.Append(CultureInfo.InvariantCulture, $"\n- {Count(group.Count(), "test")}: {Where(group.First().Failure)}");
                }

                return text.ToString();
        }

        text.Append(CultureInfo.InvariantCulture, $"{Count(before.Count, "test")} failed; {(patches.Count == 1 ? "one fault was" : $"{patches.Count} faults were")} behind {(before.Count == 1 ? "it" : after.Count == 0 ? "them" : "some of them")}.\n");
        for (var number = 0; number < patches.Count; number++)
        {
            var patch = patches[number];
            var place = patch.Function is null ? $"`{patch.Path}` line {patch.Line}" : $"`{patch.Function}` in `{patch.Path}`, line {patch.Line}";
            text.Append(CultureInfo.InvariantCulture, $"\n{number + 1}. What was wrong: in {place}, {patch.What}. {patch.Symptom}\n");
            text.Append(CultureInfo.InvariantCulture, $"   Why this patch: with it {Count(patch.Mended.Count, "failing test")} ({string.Join(", ", patch.Mended.Take(3).Select(Name))}{(patch.Mended.Count > 3 ? ", …" : "")}) {(patch.Mended.Count == 1 ? "passes" : "pass")} and every test that passed still does. ");
            text.Append(patch.Alternatives == 0 ? "No other edit that was tried does the same.\n" : $"{Count(patch.Alternatives, "other edit")} that {(patch.Alternatives == 1 ? "was" : "were")} tried would do the same for these tests; this one is the smallest change at the likeliest place.\n");
        }

        text.Append(after.Count == 0
            ? $"\nAll {last.Passing.Count} tests pass now. {tried} candidate edits were tried."
            : $"\n{Count(after.Count, "test")} still {(after.Count == 1 ? "fails" : "fail")} ({string.Join(", ", after.Take(5).Select(Name))}): no edit that was tried ({tried}) mends {(after.Count == 1 ? "it" : "them")} without breaking something.");
        return text.ToString();
    }

    private static string Symptom(Candidate candidate, List<TestObservation> tests)
    {
        if (tests.Select(test => test.Failure).FirstOrDefault(failure => failure is { InProduct: true }) is not { } failure)
        {
            return tests.FirstOrDefault(test => test.Failure is not null) is { } wrong ? $"It showed as a wrong result: {Where(wrong.Failure)}." : "";
        }

        var surface = failure.Surface!;
        return surface.Path == candidate.File.Path && surface.Function == candidate.Function
            ? $"That is where {Named(failure)} was raised."
            : $"It surfaced elsewhere, as {Named(failure)} in `{surface.Function}` ({surface.Path}:{surface.Line}); the cause is here.";
    }

    private static string Named(Failure failure) => $"{failure.Type}{(failure.Message.Length > 0 ? $": {Site.Short(failure.Message)}" : "")}";

    private static string Where(Failure? failure) => failure switch
    {
        null => "no trace",
        { Surface: { } surface, InProduct: true } => $"{Named(failure)} in `{surface.Function}` ({surface.Path}:{surface.Line})",
        { Frames: [.., var last] } => $"{Site.Short(failure.Message.Split('\n')[0])} ({last.Path}:{last.Line})",
        _ => Named(failure),
    };

    private static string Name(string id) => id.Split("::")[^1];

    private static string Count(int count, string thing) => count == 1 ? $"1 {thing}" : $"{count} {thing}s";

    /// <summary>The lines that change, file by file.</summary>
    private static string Diff(Candidate candidate, Observation observation)
    {
        var text = new StringBuilder();
        foreach (var file in candidate.Proposal.Edits.GroupBy(edit => edit.Path))
        {
            var source = observation.Files[file.Key];
            var (before, after) = (source.Text.Split('\n'), Edited(source.Text, file).Split('\n'));
            var same = 0;
            while (same < before.Length && same < after.Length && before[same] == after[same])
            {
                same++;
            }

            var tail = 0;
            while (tail < before.Length - same && tail < after.Length - same && before[^(tail + 1)] == after[^(tail + 1)])
            {
                tail++;
            }

            text.Append(CultureInfo.InvariantCulture, $"--- a/{file.Key}\n+++ b/{file.Key}\n@@ -{same + 1},{before.Length - same - tail} +{same + 1},{after.Length - same - tail} @@\n");
            foreach (var line in before[same..^tail])
            {
                text.Append('-').Append(line.TrimEnd('\r')).Append('\n');
            }

            foreach (var line in after[same..^tail])
            {
                text.Append('+').Append(line.TrimEnd('\r')).Append('\n');
            }
        }

        return text.ToString();
    }

    public static string Edited(string text, IEnumerable<SourceEdit> edits)
    {
        foreach (var edit in edits.Select((edit, order) => (edit, order)).OrderByDescending(entry => entry.edit.Start).ThenByDescending(entry => entry.order).Select(entry => entry.edit))
        {
            text = text[..edit.Start] + edit.Replacement + text[edit.End..];
        }

        return text;
    }
}
