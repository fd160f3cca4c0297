namespace CodexCloudIde.Agents.Patches;

/// <summary>SEARCH/REPLACE blocks: a line with the path, then the old and the new lines between conflict-like markers.</summary>
internal static class SearchReplacePatch
{
    public static ParsedPatch Read(string[] lines)
    {
        var files = new List<FilePatch>();
        string? path = null;
        for (var at = 0; at < lines.Length; at++)
        {
            if (!lines[at].StartsWith("<<<<<<< SEARCH", StringComparison.Ordinal))
            {
                path = Named(lines[at]) ?? path;
                continue;
            }

            if (path is null)
            {
                return ParsedPatch.Failed("Name the file in a line of its own above '<<<<<<< SEARCH'.");
            }

            var middle = Array.FindIndex(lines, at, line => line.TrimEnd() == "=======");
            var end = middle < 0 ? -1 : Array.FindIndex(lines, middle, line => line.StartsWith(">>>>>>> REPLACE", StringComparison.Ordinal));
            if (end < 0)
            {
                return ParsedPatch.Failed($"{path}: a block needs '=======' and '>>>>>>> REPLACE' after '<<<<<<< SEARCH'.");
            }

            string[] old = lines[(at + 1)..middle], @new = lines[(middle + 1)..end];
            files.Add(old.Length == 0
                ? new FilePatch(path, PatchKind.Add, [new PatchHunk([], @new)])
                : new FilePatch(path, PatchKind.Update, [new PatchHunk(old, @new, Once: true)]));
            at = end;
        }

        return new ParsedPatch(files, null);
    }

    private static string? Named(string line)
    {
        var name = line.Trim().Trim('`', '*').Trim();
        return name.Length is > 0 and < 1024 && !name.Contains(' ', StringComparison.Ordinal) && (name.Contains('.', StringComparison.Ordinal) || name.Contains('/', StringComparison.Ordinal))
            ? name
            : null;
    }
}
