using System.Text.RegularExpressions;

namespace CodexCloudIde.Agents.Patches;

/// <summary>Hunks of prefixed lines (' ', '-', '+') as unified diffs and the envelope share them.</summary>
internal static partial class HunkLines
{
    public static List<PatchHunk> Read(IEnumerable<string> lines, out string? error)
    {
        var hunks = new List<PatchHunk>();
        Draft? draft = null;
        error = null;
        foreach (var line in lines)
        {
            if (line.StartsWith("@@", StringComparison.Ordinal))
            {
                Finish(hunks, ref draft);
                draft = Draft.From(line);
            }
            else if (line.TrimEnd() == "*** End of File")
            {
                draft?.AtEnd = true;
            }
            else if (line.StartsWith('\\'))
            {
                continue;
            }
            else if (line.Length == 0 || line[0] is ' ' or '-' or '+')
            {
                (draft ??= new Draft()).Add(line);
            }
            else
            {
                error = $"a line must begin with a space, '-', '+' or '@@', got: {line}";
                return hunks;
            }
        }

        Finish(hunks, ref draft);
        return hunks;
    }

    private static void Finish(List<PatchHunk> hunks, ref Draft? draft)
    {
        if (draft?.Done() is { } hunk)
        {
            hunks.Add(hunk);
        }

        draft = null;
    }

    [GeneratedRegex(@"^@@ -(\d+)(?:,\d+)? \+\d+(?:,\d+)? @@")]
    private static partial Regex Ranges();

    private sealed class Draft
    {
        private readonly List<string> old = [];
        private readonly List<string> @new = [];
        private int blankTail;
        private string? anchor;
        private int? near;

        public bool AtEnd { get; set; }

        public static Draft From(string header)
        {
            var ranges = Ranges().Match(header);
            return ranges.Success
                ? new Draft { near = Math.Max(0, int.Parse(ranges.Groups[1].Value, provider: null) - 1) }
                : new Draft { anchor = header.Trim('@').Trim() is { Length: > 0 } text ? text : null };
        }

        public void Add(string line)
        {
            // A bare empty line is an empty context line whose space was lost on the way; trailing ones are the patch's own.
            blankTail = line.Length == 0 ? blankTail + 1 : 0;
            var text = line.Length == 0 ? "" : line[1..];
            if (line.Length == 0 || line[0] is ' ' or '-')
            {
                old.Add(text);
            }

            if (line.Length == 0 || line[0] is ' ' or '+')
            {
                @new.Add(text);
            }
        }

        public PatchHunk? Done()
        {
            old.RemoveRange(old.Count - blankTail, blankTail);
            @new.RemoveRange(@new.Count - blankTail, blankTail);
            return old.SequenceEqual(@new) ? null : new PatchHunk(old, @new, anchor, near, AtEnd);
        }
    }
}
