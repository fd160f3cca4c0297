using CodexCloudIde.Repair.Syntax;

namespace CodexCloudIde.Repair.Candidates;

/// <summary>Replaces a span of UTF-16 units of a file.</summary>
public sealed record SourceEdit(string Path, int Start, int End, string Replacement);

/// <summary>
/// What a template proposes: <paramref name="Prior"/> is how often, from 0 to 1, such an edit is the right one where it applies; <paramref name="Sign"/> names a difference
/// between what a test got and what it expected that speaks for it.
/// </summary>
internal sealed record Proposal(string Template, double Prior, IReadOnlyList<SourceEdit> Edits, string What, string? Sign = null);

/// <summary>A proposal at its place.</summary>
internal sealed record Candidate(int Id, Proposal Proposal, SourceFile File, int Line, string? Function, double Suspicion)
{
    public double Score { get; } = Proposal.Prior * (0.15 + (0.85 * Suspicion));
}
