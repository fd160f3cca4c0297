namespace CodexCloudIde.Agents.Patches;

internal enum PatchKind
{
    Add,
    Update,
    Delete,
}

/// <summary>Lines to find and what to put there.</summary>
/// <param name="Old">Context and removed lines, in order; empty for a pure insertion.</param>
/// <param name="New">Context and added lines, in order.</param>
/// <param name="Anchor">A line to find first (<c>@@ def f():</c>); the hunk lies after it.</param>
/// <param name="Near">Zero-based line that the writer believed it to be at; null when unknown.</param>
/// <param name="AtEnd">The hunk ends the file.</param>
/// <param name="Once">The old lines must occur exactly once.</param>
internal sealed record PatchHunk(
    IReadOnlyList<string> Old, IReadOnlyList<string> New, string? Anchor = null, int? Near = null, bool AtEnd = false, bool Once = false);

/// <summary>One file of a patch, whatever syntax it came in.</summary>
/// <param name="Path">Relative to the workspace.</param>
/// <param name="Kind">What happens to the file.</param>
/// <param name="Hunks">In file order; for an added file one hunk whose new lines are the content.</param>
/// <param name="MoveTo">New path, if it moves.</param>
internal sealed record FilePatch(string Path, PatchKind Kind, IReadOnlyList<PatchHunk> Hunks, string? MoveTo = null);

/// <summary>A patch that could be read, or why not, in words that help its writer.</summary>
internal readonly record struct ParsedPatch(IReadOnlyList<FilePatch> Files, string? Error)
{
    public static ParsedPatch Failed(string error) => new([], error);
}
