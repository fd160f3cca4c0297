namespace CodexCloudIde.Agents.Patches;

/// <summary>The <c>*** Begin Patch</c> envelope: files by header lines, hunks by <c>@@</c>, lines by their first character.</summary>
internal static class EnvelopePatch
{
    private const string Add = "*** Add File: ";
    private const string Delete = "*** Delete File: ";
    private const string Update = "*** Update File: ";
    private const string Move = "*** Move to: ";

    public static ParsedPatch Read(string[] lines)
    {
        var files = new List<FilePatch>();
        var at = Array.FindIndex(lines, line => line.TrimEnd() == "*** Begin Patch") + 1;
        while (at < lines.Length && lines[at].TrimEnd() != "*** End Patch")
        {
            var line = lines[at++];
            if (line.StartsWith(Delete, StringComparison.Ordinal))
            {
                files.Add(new FilePatch(line[Delete.Length..].Trim(), PatchKind.Delete, []));
            }
            else if (line.StartsWith(Add, StringComparison.Ordinal))
            {
                var content = Body(lines, ref at).Where(added => added.StartsWith('+')).Select(added => added[1..]).ToList();
                files.Add(new FilePatch(line[Add.Length..].Trim(), PatchKind.Add, [new PatchHunk([], content)]));
            }
            else if (line.StartsWith(Update, StringComparison.Ordinal))
            {
                string? moveTo = null;
                if (at < lines.Length && lines[at].StartsWith(Move, StringComparison.Ordinal))
                {
                    moveTo = lines[at++][Move.Length..].Trim();
                }

                var hunks = HunkLines.Read(Body(lines, ref at), out var error);
                if (error is not null)
                {
                    return ParsedPatch.Failed($"{line[Update.Length..].Trim()}: {error}");
                }

                files.Add(new FilePatch(line[Update.Length..].Trim(), PatchKind.Update, hunks, moveTo));
            }
            else if (line.Trim().Length > 0)
            {
                return ParsedPatch.Failed($"Expected '*** Add File:', '*** Update File:', '*** Delete File:' or '*** End Patch', got: {line}");
            }
        }

        return new ParsedPatch(files, null);
    }

    private static List<string> Body(string[] lines, ref int at)
    {
        var body = new List<string>();
        while (at < lines.Length && (!lines[at].StartsWith("*** ", StringComparison.Ordinal) || lines[at].TrimEnd() == "*** End of File"))
        {
            body.Add(lines[at++]);
        }

        return body;
    }
}
