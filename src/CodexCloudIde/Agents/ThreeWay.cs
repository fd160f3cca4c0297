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
    public static string Rebase(string @base, string known, string current) => Merge(@base, known, current).Text;

    /// <summary>Both ways from a common text, put together by lines; where both changed the same lines differently, theirs is taken and it is a conflict.</summary>
    public static (string Text, bool Conflict) Merge(string mine, string ancestor, string theirs)
    {
        if (ancestor == theirs || mine == ancestor)
        {
            return (ancestor == theirs ? mine : theirs, false);
        }

        string[] b = UnifiedDiff.Split(mine), k = UnifiedDiff.Split(ancestor), c = UnifiedDiff.Split(theirs);
        var ours = LineDiff.Compare(k, b);
        var others = LineDiff.Compare(k, c);
        var conflict = false;
        var result = new List<string>();
        int at = 0, i = 0, j = 0;
        while (i < ours.Count || j < others.Count)
        {
            var start = Math.Min(i < ours.Count ? ours[i].OldStart : int.MaxValue, j < others.Count ? others[j].OldStart : int.MaxValue);
            var (end, firstOurs, firstOthers) = (start, i, j);
            for (var grown = true; grown;)
            {
                grown = false;
                while (i < ours.Count && Touches(ours[i], start, end, i == firstOurs && j == firstOthers))
                {
                    (end, grown) = (Math.Max(end, ours[i].OldStart + ours[i].OldCount), true);
                    i++;
                }

                while (j < others.Count && Touches(others[j], start, end, i == firstOurs && j == firstOthers))
                {
                    (end, grown) = (Math.Max(end, others[j].OldStart + others[j].OldCount), true);
                    j++;
                }
            }

            result.AddRange(k[at..start]);
            conflict |= i > firstOurs && j > firstOthers && !Slice(b, ours, firstOurs, i, start, end).SequenceEqual(Slice(c, others, firstOthers, j, start, end));
            result.AddRange(j > firstOthers ? Slice(c, others, firstOthers, j, start, end) : Slice(b, ours, firstOurs, i, start, end));
            at = end;
        }

        result.AddRange(k[at..]);
        return (string.Concat(result), conflict);
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
