using System.Globalization;
using System.Text;

namespace CodexCloudIde.Agents;

/// <summary>A hunk: its header, its prefixed lines, and the line changes in it.</summary>
internal sealed record DiffHunk(string Header, IReadOnlyList<string> Lines, IReadOnlyList<LineChange> Changes);

/// <summary>Unified diffs with three lines of context.</summary>
internal static class UnifiedDiff
{
    private const int Context = 3;

    public static (string Diff, int Added, int Removed) Of(string path, string before, string after, string? change)
    {
        var hunks = Hunks(before, after);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"--- {(change == "added" ? "/dev/null" : "a/" + path)}\n+++ {(change == "deleted" ? "/dev/null" : "b/" + path)}\n");
        foreach (var hunk in hunks)
        {
            text.Append(hunk.Header).Append('\n').AppendJoin('\n', hunk.Lines).Append('\n');
        }

        return (text.ToString(), hunks.Sum(hunk => hunk.Lines.Count(line => line[0] == '+')), hunks.Sum(hunk => hunk.Lines.Count(line => line[0] == '-')));
    }

    public static List<DiffHunk> Hunks(string before, string after)
    {
        var (old, @new) = (Split(before), Split(after));
        var hunks = new List<DiffHunk>();
        var changes = LineDiff.Compare(old, @new);
        for (var i = 0; i < changes.Count;)
        {
            var first = i++;
            while (i < changes.Count && changes[i].OldStart - (changes[i - 1].OldStart + changes[i - 1].OldCount) <= 2 * Context)
            {
                i++;
            }

            hunks.Add(Hunk(old, @new, changes[first..i]));
        }

        return hunks;
    }

    /// <summary>The text with some of its hunks taken back.</summary>
    public static string Revert(string before, string after, IEnumerable<DiffHunk> hunks)
    {
        var (old, lines) = (Split(before), Split(after).ToList());
        foreach (var change in hunks.SelectMany(hunk => hunk.Changes).OrderByDescending(change => change.NewStart))
        {
            lines.RemoveRange(change.NewStart, change.NewCount);
            lines.InsertRange(change.NewStart, old[change.OldStart..(change.OldStart + change.OldCount)]);
        }

        return string.Concat(lines);
    }

    private static DiffHunk Hunk(string[] old, string[] @new, List<LineChange> changes)
    {
        var (head, tail) = (changes[0], changes[^1]);
        var lead = Math.Min(Context, head.OldStart);
        var (oldEnd, newEnd) = (tail.OldStart + tail.OldCount, tail.NewStart + tail.NewCount);
        var trail = Math.Min(Context, old.Length - oldEnd);
        var lines = new List<string>();
        var at = head.OldStart - lead;
        foreach (var change in changes)
        {
            Add(' ', old[at..change.OldStart]);
            Add('-', old[change.OldStart..(change.OldStart + change.OldCount)]);
            Add('+', @new[change.NewStart..(change.NewStart + change.NewCount)]);
            at = change.OldStart + change.OldCount;
        }

        Add(' ', old[at..(at + trail)]);
        var header = $"@@ -{Range(head.OldStart - lead, oldEnd + trail)} +{Range(head.NewStart - lead, newEnd + trail)} @@";
        return new DiffHunk(header, lines, changes);

        void Add(char prefix, string[] added)
        {
            foreach (var line in added)
            {
                lines.Add(prefix + line.TrimEnd('\n'));
                if (!line.EndsWith('\n'))
                {
                    lines.Add("\\ No newline at end of file");
                }
            }
        }
    }

    private static string Range(int from, int to) => to == from ? $"{from},0" : to - from == 1 ? $"{from + 1}" : $"{from + 1},{to - from}";

    /// <summary>Lines with their ends; an empty text has none.</summary>
    internal static string[] Split(string text)
    {
        var lines = new List<string>();
        for (var at = 0; at < text.Length;)
        {
            var end = text.IndexOf('\n', at);
            end = end < 0 ? text.Length : end + 1;
            lines.Add(text[at..end]);
            at = end;
        }

        return [.. lines];
    }
}
