namespace CodexCloudIde.Agents.Patches;

/// <summary>Unified diffs as <c>diff -u</c> and git write them.</summary>
internal static class UnifiedPatch
{
    public static ParsedPatch Read(string[] lines)
    {
        var files = new List<FilePatch>();
        for (var at = 0; at < lines.Length; at++)
        {
            if (!IsHeader(lines, at))
            {
                continue;
            }

            var (from, to) = (Name(lines[at][4..]), Name(lines[at + 1][4..]));
            at += 2;
            var body = new List<string>();
            while (at < lines.Length && !IsHeader(lines, at) && !lines[at].StartsWith("diff --git ", StringComparison.Ordinal))
            {
                body.Add(lines[at++]);
            }

            at--;
            var hunks = HunkLines.Read(body.SkipWhile(line => !line.StartsWith("@@", StringComparison.Ordinal)), out var error);
            if (error is not null)
            {
                return ParsedPatch.Failed($"{to ?? from}: {error}");
            }

            switch (from, to)
            {
                case (null, { } added):
                    files.Add(new FilePatch(added, PatchKind.Add, [new PatchHunk([], [.. hunks.SelectMany(hunk => hunk.New)])]));
                    break;
                case ({ } removed, null):
                    files.Add(new FilePatch(removed, PatchKind.Delete, []));
                    break;
                case ({ } old, { } @new):
                    files.Add(new FilePatch(old, PatchKind.Update, hunks, old == @new ? null : @new));
                    break;
                default:
                    return ParsedPatch.Failed("A file cannot be /dev/null on both sides.");
            }
        }

        return new ParsedPatch(files, null);
    }

    private static bool IsHeader(string[] lines, int at) =>
        at + 1 < lines.Length && lines[at].StartsWith("--- ", StringComparison.Ordinal) && lines[at + 1].StartsWith("+++ ", StringComparison.Ordinal);

    private static string? Name(string header)
    {
        var name = header.Split('\t')[0].Trim();
        return name == "/dev/null" ? null
            : name.StartsWith("a/", StringComparison.Ordinal) || name.StartsWith("b/", StringComparison.Ordinal) ? name[2..]
            : name;
    }
}
