using CodexCloudIde.Repair.Observations;
using CodexCloudIde.Repair.Syntax;
using CodexCloudIde.Repair.Templates;

namespace CodexCloudIde.Repair.Candidates;

/// <summary>All candidates for what was observed, the most promising first.</summary>
internal static class Proposer
{
    private static readonly Func<Site, IEnumerable<Proposal>>[] Templates =
        [
            Operators.Propose, Boundaries.Propose, Literals.Propose, Inferred.Propose, Naming.Propose, Calls.Propose, Guards.Propose, Statements.Propose,
            Updates.Propose, Expressions.Propose, Comprehensions.Propose, Conditions.Propose, Idioms.Propose, Imports.Propose,
        ];

    public static IReadOnlyList<Candidate> Propose(Observation observation, Suspicion suspicion, int most)
    {
        var index = new ProjectIndex(observation);
        var found = new Dictionary<string, Candidate>();
        void Take(Proposal proposal, SourceFile file, int line, string? function, double suspected)
        {
            var identity = string.Join('|', proposal.Edits.Select(edit => $"{edit.Path}:{edit.Start}:{edit.End}:{edit.Replacement}"));
            var candidate = new Candidate(found.Count, proposal, file, line, function, suspected);
            if (!found.TryGetValue(identity, out var known) || known.Score < candidate.Score)
            {
                found[identity] = candidate;
            }
        }

        foreach (var module in observation.Unparsed.Where(module => !SourceFile.IsTestPath(module.Path)))
        {
            foreach (var (line, proposal) in Spelling.Propose(module))
            {
                Take(proposal, observation.Files[module.Path], line, null, 1);
            }
        }

        foreach (var file in observation.Files.Values.Where(file => !file.IsTest))
        {
            foreach (var node in file.Root.Walk().Where(node => node.HasSpan))
            {
                var suspected = suspicion.Of(file.Path, node);
                if (suspected <= 0.05)
                {
                    continue;
                }

                var site = new Site(file, node, index);
                foreach (var proposed in Templates.SelectMany(template => template(site)))
                {
                    // A sign that is not seen is dropped: one that is left was seen.
                    var seen = proposed.Sign is { } sign && index.Signs(file.Path, site.Node.Line).Contains(sign);
                    var proposal = seen ? proposed with { Prior = 0.4 + (0.6 * proposed.Prior) } : proposed with { Sign = null };
                    Take(proposal, file, node.Line, node.Function?.Text("name"), suspected);
                }
            }
        }

        return [.. found.Values.OrderByDescending(candidate => candidate.Score).ThenBy(candidate => candidate.Line).Take(most)
            .Select((candidate, id) => new Candidate(id, candidate.Proposal, candidate.File, candidate.Line, candidate.Function, candidate.Suspicion))];
    }
}
