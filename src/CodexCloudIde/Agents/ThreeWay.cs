namespace CodexCloudIde.Agents;

/// <summary>
/// Carries other people's edits into a task's base: the text as it would be without the task. Where they edited lines that the task had changed, their
/// version is kept whole, so that taking the task back never takes back what they typed.
/// </summary>
internal static class ThreeWay
{
    /// <param name="base">The text without the task's edits, before others edited.</param>
    /// <param name="known">The text with the task's edits, before others edited.</param>
    /// <param name="current">The text with the task's edits, after others edited.</param>
    public static string Rebase(string @base, string known, string current)
    {
        if (known == current || @base == known)
        {
            return known == current ? @base : current;
        }

        string[] b = UnifiedDiff.Split(@base), k = UnifiedDiff.Split(known), c = UnifiedDiff.Split(current);
        var mine = LineDiff.Compare(k, b);
        var theirs = LineDiff.Compare(k, c);
        var result = new List<string>();
        int at = 0, i = 0, j = 0;
        while (i < mine.Count || j < theirs.Count)
        {
            var start = Math.Min(i < mine.Count ? mine[i].OldStart : int.MaxValue, j < theirs.Count ? theirs[j].OldStart : int.MaxValue);
            var (end, firstMine, firstTheirs) = (start, i, j);
            for (var grown = true; grown;)
            {
                grown = false;
                while (i < mine.Count && Touches(mine[i], start, end, i == firstMine && j == firstTheirs))
                {
                    (end, grown) = (Math.Max(end, mine[i].OldStart + mine[i].OldCount), true);
                    i++;
                }

                while (j < theirs.Count && Touches(theirs[j], start, end, i == firstMine && j == firstTheirs))
                {
                    (end, grown) = (Math.Max(end, theirs[j].OldStart + theirs[j].OldCount), true);
                    j++;
                }
            }

            result.AddRange(k[at..start]);
            result.AddRange(j > firstTheirs ? Slice(c, theirs, firstTheirs, j, start, end) : Slice(b, mine, firstMine, i, start, end));
            at = end;
        }

        result.AddRange(k[at..]);
        return string.Concat(result);
    }

    private static bool Touches(LineChange change, int start, int end, bool first) =>
        change.OldStart < end || (change.OldStart == start && (first || change.OldCount == 0 || end == start));

    /// <summary>What became of lines <paramref name="start"/>..<paramref name="end"/>.</summary>
    private static IEnumerable<string> Slice(string[] lines, List<LineChange> changes, int from, int to, int start, int end)
    {
        var (head, tail) = (changes[from], changes[to - 1]);
        var newStart = head.NewStart - (head.OldStart - start);
        var newEnd = tail.NewStart + tail.NewCount + (end - tail.OldStart - tail.OldCount);
        return lines[newStart..newEnd];
    }
}
