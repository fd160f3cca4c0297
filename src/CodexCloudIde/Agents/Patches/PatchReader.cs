namespace CodexCloudIde.Agents.Patches;

/// <summary>Tells the three syntaxes apart by their first distinctive line.</summary>
internal static class PatchReader
{
    public static ParsedPatch Read(string patch)
    {
        var lines = patch.ReplaceLineEndings("\n").Split('\n');
        foreach (var line in lines)
        {
            if (line.TrimEnd() == "*** Begin Patch")
            {
                return Checked(EnvelopePatch.Read(lines));
            }

            if (line.StartsWith("<<<<<<< SEARCH", StringComparison.Ordinal))
            {
                return Checked(SearchReplacePatch.Read(lines));
            }

            if (line.StartsWith("--- ", StringComparison.Ordinal) || line.StartsWith("diff --git ", StringComparison.Ordinal))
            {
                return Checked(UnifiedPatch.Read(lines));
            }
        }

        return ParsedPatch.Failed("No patch found: begin with '*** Begin Patch', with '--- a/path' of a unified diff, or with a path and '<<<<<<< SEARCH'.");
    }

    private static ParsedPatch Checked(ParsedPatch parsed)
    {
        if (parsed.Error is null && parsed.Files.Count == 0)
        {
            return ParsedPatch.Failed("The patch names no file.");
        }

        var bad = parsed.Files.SelectMany(file => new[] { file.Path, file.MoveTo }).OfType<string>().FirstOrDefault(path => !IsRelative(path));
        return bad is null ? parsed : ParsedPatch.Failed($"'{bad}' is no path inside the workspace.");
    }

    private static bool IsRelative(string path) =>
        path.Length > 0 && path[0] != '/' && !path.Contains('\0', StringComparison.Ordinal) && !path.Split('/').Contains("..");
}
