using CodexCloudIde.Repair.Candidates;
using CodexCloudIde.Repair.Trials;

namespace CodexCloudIde.Repair;

/// <summary>A patch to keep. <paramref name="Alternatives"/>: how many other candidates mended the same tests.</summary>
internal sealed record Choice(Candidate Candidate, Verdict Verdict, int Alternatives);

/// <summary>Chooses among candidates that all pass the tests: most tests mended first (a cause mends what its symptoms show one by one), then plausibility, then the smaller edit.</summary>
internal static class Selection
{
    public static bool Covers(IEnumerable<Verdict> verdicts, int failing) => verdicts.Where(verdict => verdict.Helps).SelectMany(verdict => verdict.Mended).Distinct().Count() == failing;

    public static IReadOnlyList<Choice> Choose(IReadOnlyList<Candidate> candidates, IReadOnlyDictionary<int, Verdict> verdicts)
    {
        var helping = candidates.Where(candidate => verdicts.GetValueOrDefault(candidate.Id) is { Helps: true }).ToList();
        var chosen = new List<Choice>();
        var mended = new HashSet<int>();
        while (true)
        {
            var best = helping
                .Where(candidate => chosen.All(choice => !Touches(choice.Candidate, candidate)))
                .Select(candidate => (Candidate: candidate, Verdict: verdicts[candidate.Id], New: verdicts[candidate.Id].Mended.Count(test => !mended.Contains(test))))
                .Where(entry => entry.New > 0)
                .OrderByDescending(entry => entry.New).ThenByDescending(entry => entry.Candidate.Score).ThenBy(entry => entry.Candidate.Proposal.Edits.Sum(edit => edit.End - edit.Start + edit.Replacement.Length))
                .FirstOrDefault();
            if (best.Candidate is null)
            {
                return chosen;
            }

            var same = helping.Count(candidate => candidate != best.Candidate && verdicts[candidate.Id].Mended.SequenceEqual(best.Verdict.Mended));
            chosen.Add(new Choice(best.Candidate, best.Verdict, same));
            mended.UnionWith(best.Verdict.Mended);
        }
    }

    public static bool Touches(Candidate a, Candidate b) => a.Proposal.Edits.Any(x => b.Proposal.Edits.Any(y => x.Path == y.Path && x.Start <= y.End && y.Start <= x.End));
}
