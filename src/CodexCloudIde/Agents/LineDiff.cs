namespace CodexCloudIde.Agents;

/// <summary>A run of lines that differs: <c>Old</c> lines from <c>OldStart</c> became <c>New</c> lines from <c>NewStart</c>; zero-based.</summary>
internal readonly record struct LineChange(int OldStart, int OldCount, int NewStart, int NewCount);

/// <summary>Shortest line differences (Myers, "An O(ND) Difference Algorithm", 1986); beyond a bound of effort the middle is one change.</summary>
internal static class LineDiff
{
    private const int MostEdits = 2_000;

    public static List<LineChange> Compare(string[] old, string[] @new)
    {
        int head = 0, tail = 0;
        while (head < old.Length && head < @new.Length && old[head] == @new[head])
        {
            head++;
        }

        while (tail < old.Length - head && tail < @new.Length - head && old[^(tail + 1)] == @new[^(tail + 1)])
        {
            tail++;
        }

        var (n, m) = (old.Length - head - tail, @new.Length - head - tail);
        return (n, m) switch
        {
            (0, 0) => [],
            (0, _) or (_, 0) => [new LineChange(head, n, head, m)],
            _ => Trace(old.AsSpan(head, n), @new.AsSpan(head, m)) is { } trace ? Changes(trace, n, m, head) : [new LineChange(head, n, head, m)],
        };
    }

    private static List<int[]>? Trace(ReadOnlySpan<string> old, ReadOnlySpan<string> @new)
    {
        var most = Math.Min(old.Length + @new.Length, MostEdits);
        var reach = new int[(2 * most) + 2];
        var trace = new List<int[]>();
        for (var d = 0; d <= most; d++)
        {
            trace.Add(reach[(most - d)..(most + d + 2)]);
            for (var k = -d; k <= d; k += 2)
            {
                var x = k == -d || (k != d && reach[most + k - 1] < reach[most + k + 1]) ? reach[most + k + 1] : reach[most + k - 1] + 1;
                while (x < old.Length && x - k < @new.Length && old[x] == @new[x - k])
                {
                    x++;
                }

                reach[most + k] = x;
                if (x >= old.Length && x - k >= @new.Length)
                {
                    return trace;
                }
            }
        }

        return null;
    }

    private static List<LineChange> Changes(List<int[]> trace, int n, int m, int offset)
    {
        var changes = new List<LineChange>();
        var (x, y) = (n, m);
        for (var d = trace.Count - 1; d > 0; d--)
        {
            var reach = trace[d];
            var k = x - y;
            var down = k == -d || (k != d && reach[d + k - 1] < reach[d + k + 1]);
            var previousK = down ? k + 1 : k - 1;
            var previousX = reach[d + previousK];
            var previousY = previousX - previousK;
            Prepend(changes, new LineChange(previousX + offset, down ? 0 : 1, previousY + offset, down ? 1 : 0));
            (x, y) = (previousX, previousY);
        }

        changes.Reverse();
        return changes;
    }

    /// <summary>Changes come last first; neighbours grow together.</summary>
    private static void Prepend(List<LineChange> changes, LineChange change)
    {
        if (changes.Count > 0 && changes[^1] is var later && change.OldStart + change.OldCount == later.OldStart && change.NewStart + change.NewCount == later.NewStart)
        {
            changes[^1] = new LineChange(change.OldStart, change.OldCount + later.OldCount, change.NewStart, change.NewCount + later.NewCount);
        }
        else
        {
            changes.Add(change);
        }
    }
}
