using CodexCloudIde.Repair.Candidates;
using CodexCloudIde.Repair.Observations;
using CodexCloudIde.Repair.Trials;

namespace CodexCloudIde.Repair;

/// <summary>
/// Program repair without a model. One round: observe all tests once (outcome, trace, lines, syntax trees) → suspect lines → propose edits from
/// general templates → try them, best first, many in one sandbox → keep what mends failures and breaks nothing, the patch that mends most first and
/// among equals the most plausible. Faults come several at once: a round keeps several patches that mend different tests, and rounds
/// follow while they help. Generate and validate as in GenProg and TBar; ranking and the choice among plausible patches are what keep it from overfitting.
/// </summary>
public sealed class RepairEngine(IRepairWorkspace workspace, RepairBudget budget, TimeProvider time)
{
    private const int MostCandidates = 3000;
    private const int MostSteps = 600;

    /// <summary>The part of a round's time that edits tried alone may take; the rest is for two at a time.</summary>
    private const double SharedByOne = 0.65;
    private static readonly int[] Batches = [1200, 1800];

    private int _tried;

    public async Task<RepairReport> RunAsync(CancellationToken cancellationToken)
    {
        var plan = new Plan(workspace);
        await plan.StartAsync(cancellationToken);
        await workspace.RunTestsAsync(cancellationToken);
        var started = time.GetTimestamp();
        var (first, outcome) = await ObserveAsync(cancellationToken);
        if (first is null || first.Tests.Count == 0)
        {
            return Explanations.CannotObserve(first, outcome);
        }

        var observed = time.GetElapsedTime(started);
        var allowed = budget.Of(observed);
        started = time.GetTimestamp();
        var patches = new List<RepairPatch>();
        var present = first;
        for (var round = 0; round < budget.Rounds && present.Failing.Count > 0; round++)
        {
            await plan.ReachAsync(1, cancellationToken);
            var left = (allowed - time.GetElapsedTime(started)).TotalSeconds;
            if (left < 2 || await RoundAsync(present, round, left, plan, cancellationToken) is not { Count: > 0 } kept)
            {
                break;
            }

            foreach (var file in kept.SelectMany(patch => patch.Edits).GroupBy(edit => edit.Path))
            {
                if (!await workspace.ApplyAsync(file.Key, present.Files[file.Key].Text, [.. file], cancellationToken))
                {
                    return Explanations.Of(first, present, patches, _tried);
                }
            }

            patches.AddRange(kept);
            if ((await ObserveAsync(cancellationToken)).Seen is not { } next)
            {
                break;
            }

            present = next;
        }

        if (patches.Count > 0)
        {
            await plan.ReachAsync(4, cancellationToken);
            await workspace.RunTestsAsync(cancellationToken);
        }

        await plan.EndAsync(cancellationToken);
        return Explanations.Of(first, present, patches, _tried);
    }

    private async Task<(Observation? Seen, CommandOutcome Outcome)> ObserveAsync(CancellationToken cancellationToken)
    {
        var outcome = await workspace.RunAsync(Trial.Command, Trial.Probe(), TimeSpan.FromSeconds(100), cancellationToken);
        return (ObservationReader.Read(outcome.Stdout), outcome);
    }

    private async Task<IReadOnlyList<RepairPatch>> RoundAsync(Observation observation, int round, double seconds, Plan plan, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var candidates = Proposer.Propose(observation, new Suspicion(observation), MostCandidates);
        workspace.Note(Explanations.Located(observation, candidates));
        await plan.ReachAsync(2, cancellationToken);
        var trials = new Dictionary<int, Verdict>();
        var next = 0;
        foreach (var size in Batches)
        {
            var left = (seconds * SharedByOne) - time.GetElapsedTime(started).TotalSeconds;
            if (next >= candidates.Count || left < 1.5)
            {
                break;
            }

            var batch = candidates.Skip(next).Take(size).ToList();
            next += batch.Count;
            var edits = batch.Select(candidate => (candidate.Id, candidate.Proposal.Edits, false));
            foreach (var verdict in await TryAsync(next == batch.Count ? edits.Prepend((-1, [], true)) : edits, observation, left - 1, cancellationToken))
            {
                trials[verdict.Id] = verdict;
            }

            if (Selection.Covers(trials.Values, observation.Failing.Count))
            {
                break;
            }
        }

        var chosen = Selection.Choose(candidates, trials);
        if (chosen.Count == 0 && seconds - time.GetElapsedTime(started).TotalSeconds is > 3 and var half)
        {
            chosen = await StepsAsync(candidates, trials, observation, half * 0.6, cancellationToken);
        }

        if (chosen.Count == 0 && seconds - time.GetElapsedTime(started).TotalSeconds is > 3 and var rest)
        {
            chosen = await PairsAsync(candidates, trials, observation, rest, cancellationToken);
        }
        else if (chosen.Count > 1)
        {
            chosen = await TogetherAsync(chosen, observation, Math.Max(seconds / 4, 10), cancellationToken);
        }

        if (chosen.Count > 0)
        {
            await plan.ReachAsync(3, cancellationToken);
            workspace.Note(string.Join("\n", chosen.Select(choice => $"I take this patch: {choice.Candidate.Proposal.What} ({choice.Candidate.File.Path}:{choice.Candidate.Line}).")));
        }

        return [.. chosen.Select(choice => Explanations.Patch(choice, observation, round))];
    }

    /// <summary>Patches for different tests are kept together only when together they still break nothing; else the best of them alone.</summary>
    private async Task<IReadOnlyList<Choice>> TogetherAsync(IReadOnlyList<Choice> chosen, Observation observation, double seconds, CancellationToken cancellationToken)
    {
        IReadOnlyList<SourceEdit> all = [.. chosen.SelectMany(choice => choice.Candidate.Proposal.Edits)];
        var verdicts = await TryAsync([(0, all, true)], observation, seconds, cancellationToken);
        var expected = chosen.SelectMany(choice => choice.Verdict.Mended).ToHashSet();
        return verdicts is [{ Helps: true } verdict] && expected.IsSubsetOf(verdict.Mended) ? chosen : [chosen[0]];
    }

    /// <summary>A test may meet one fault after the other: on the candidates with which a test comes further than before, and none comes less far, all others are tried anew.</summary>
    private async Task<IReadOnlyList<Choice>> StepsAsync(
        IReadOnlyList<Candidate> candidates, Dictionary<int, Verdict> trials, Observation observation, double seconds, CancellationToken cancellationToken)
    {
        int Further(Candidate candidate) => trials.GetValueOrDefault(candidate.Id) is { State: "tried", Broken.Count: 0 } verdict
            ? verdict.At.Count(entry => observation.Failing[entry.Key].At is > 0 and var before && entry.Value > before) : 0;
        var firsts = candidates.Where(candidate => Further(candidate) > 0).OrderByDescending(Further).ThenByDescending(candidate => candidate.Score).Take(3).ToList();
        var pairs = candidates.Take(MostSteps).SelectMany(second => firsts.Select(first => (A: first, B: second))).Where(pair => pair.A != pair.B && !Selection.Touches(pair.A, pair.B)).ToList();
        return await JoinedAsync(pairs, observation, seconds, cancellationToken);
    }

    /// <summary>Nothing helps alone: a test may wait for two faults. Candidates that at least change what the failing tests tell are tried two at a time.</summary>
    private async Task<IReadOnlyList<Choice>> PairsAsync(
        IReadOnlyList<Candidate> candidates, Dictionary<int, Verdict> trials, Observation observation, double seconds, CancellationToken cancellationToken)
    {
        var told = trials.GetValueOrDefault(-1)?.Told;
        var moving = candidates.Where(candidate => trials.GetValueOrDefault(candidate.Id) is { State: "tried" } verdict && verdict.Told != told)
            .OrderByDescending(candidate => candidate.Proposal.Sign is not null).ThenByDescending(candidate => candidate.Score).Take(50).ToList();
        var pairs = new List<(Candidate A, Candidate B)>();
        for (var a = 0; a < moving.Count; a++)
        {
            for (var b = a + 1; b < moving.Count; b++)
            {
                if (moving[a].File != moving[b].File || Math.Abs(moving[a].Line - moving[b].Line) > 0)
                {
                    pairs.Add((moving[a], moving[b]));
                }
            }
        }

        return await JoinedAsync([.. pairs.OrderByDescending(pair => pair.A.Score * pair.B.Score * (pair.A.Proposal.Sign != pair.B.Proposal.Sign && pair.A.Proposal.Sign is not null && pair.B.Proposal.Sign is not null ? 3 : 1)).Take(700)], observation, seconds, cancellationToken);
    }

    private async Task<IReadOnlyList<Choice>> JoinedAsync(IReadOnlyList<(Candidate A, Candidate B)> pairs, Observation observation, double seconds, CancellationToken cancellationToken)
    {
        if (pairs.Count == 0 || seconds < 2)
        {
            return [];
        }

        var joined = pairs.Select((pair, id) => new Candidate(id, Joined(pair.A.Proposal, pair.B.Proposal), pair.A.File, pair.A.Line, pair.A.Function, Math.Min(pair.A.Suspicion, pair.B.Suspicion))).ToList();
        var verdicts = await TryAsync(joined.Select(candidate => (candidate.Id, candidate.Proposal.Edits, false)), observation, seconds - 1, cancellationToken);
        return [.. Selection.Choose(joined, verdicts.ToDictionary(verdict => verdict.Id)).Take(1)];
    }

    private static Proposal Joined(Proposal a, Proposal b) => new($"{a.Template} and {b.Template}", a.Prior * b.Prior, [.. a.Edits, .. b.Edits], $"{a.What}; and {b.What}");

    private async Task<IReadOnlyList<Verdict>> TryAsync(
        IEnumerable<(int Id, IReadOnlyList<SourceEdit> Edits, bool Thorough)> candidates, Observation observation, double seconds, CancellationToken cancellationToken)
    {
        var verdicts = await workspace.TryAsync(
            new TrialRequest(
                [.. candidates.Select(candidate => new TrialCandidate(candidate.Id, candidate.Edits, candidate.Thorough))], [.. observation.Failing.Select(test => test.Id)],
                [.. observation.Passing.Select(test => test.Id)], seconds, Trial.TestSeconds(observation), budget.Workers)
            { Seen = Trial.Seen(observation) },
            cancellationToken);
        _tried += verdicts.Count(verdict => verdict.State is "tried" or "hung");
        return verdicts;
    }
}
