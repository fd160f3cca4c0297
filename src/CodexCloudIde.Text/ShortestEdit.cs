namespace CodexCloudIde.Text;

/// <summary>Equal and differing blocks of two sequences by a shortest edit script, bounded in differences.</summary>
/// <remarks>
/// The greedy algorithm of Myers, "An O(ND) difference algorithm and its variations" (1986). Every round's frontier is kept to walk back
/// along the path. When the bound is reached, the path that came farthest is taken and what lies behind it counts as differing.
/// </remarks>
internal static class ShortestEdit
{
    /// <summary>One block, in order: half-open ranges of both sequences.</summary>
    public delegate void Block(int oldStart, int oldEnd, int newStart, int newEnd, bool equal);

    public static void Walk(ReadOnlySpan<int> old, ReadOnlySpan<int> @new, int mostDifferences, Block block)
    {
        var front = old.CommonPrefixLength(@new);
        var oldMiddle = old[front..];
        var newMiddle = @new[front..];
        var back = CommonSuffix(oldMiddle, newMiddle);
        oldMiddle = oldMiddle[..^back];
        newMiddle = newMiddle[..^back];

        if (front > 0)
        {
            block(0, front, 0, front, true);
        }

        int oldAt = 0, newAt = 0;
        foreach (var (start, other, length) in Matches(oldMiddle, newMiddle, mostDifferences))
        {
            Differ(start, other);
            block(front + start, front + start + length, front + other, front + other + length, true);
            (oldAt, newAt) = (start + length, other + length);
        }

        Differ(oldMiddle.Length, newMiddle.Length);
        if (back > 0)
        {
            block(old.Length - back, old.Length, @new.Length - back, @new.Length, true);
        }

        void Differ(int oldEnd, int newEnd)
        {
            if (oldEnd > oldAt || newEnd > newAt)
            {
                block(front + oldAt, front + oldEnd, front + newAt, front + newEnd, false);
            }
        }
    }

    private static int CommonSuffix(ReadOnlySpan<int> old, ReadOnlySpan<int> @new)
    {
        var length = 0;
        while (length < old.Length && length < @new.Length && old[^(length + 1)] == @new[^(length + 1)])
        {
            length++;
        }

        return length;
    }

    /// <summary>Runs of equal items along the path, in order.</summary>
    private static List<(int Old, int New, int Length)> Matches(ReadOnlySpan<int> old, ReadOnlySpan<int> @new, int mostDifferences)
    {
        List<(int, int, int)> matches = [];
        if (old.IsEmpty || @new.IsEmpty)
        {
            return matches;
        }

        var (frontiers, diagonal) = Search(old, @new, Math.Min(mostDifferences, old.Length + @new.Length));
        var x = frontiers[^1][diagonal + frontiers.Count - 1];
        for (var round = frontiers.Count - 1; round >= 0; round--)
        {
            // The path came down (an insertion) or from the left (a deletion) to where this run of equal items began.
            var down = round > 0 && ComesDown(frontiers[round - 1], round, diagonal);
            var from = down ? diagonal + 1 : diagonal - 1;
            var left = round == 0 ? 0 : frontiers[round - 1][from + round - 1];
            var start = round == 0 || down ? left : left + 1;
            if (x > start)
            {
                matches.Add((start, start - diagonal, x - start));
            }

            (x, diagonal) = (left, from);
        }

        matches.Reverse();
        return matches;
    }

    /// <summary>Per round the farthest place on each diagonal (index: diagonal + round), and the diagonal of the last round to walk back from.</summary>
    private static (List<int[]> Frontiers, int Diagonal) Search(ReadOnlySpan<int> old, ReadOnlySpan<int> @new, int most)
    {
        List<int[]> frontiers = [];
        for (var round = 0; ; round++)
        {
            var frontier = new int[(2 * round) + 1];
            frontiers.Add(frontier);
            int best = 0, farthest = -1;
            for (var diagonal = -round; diagonal <= round; diagonal += 2)
            {
                var x = round == 0 ? 0
                    : ComesDown(frontiers[round - 1], round, diagonal) ? frontiers[round - 1][diagonal + round]
                    : frontiers[round - 1][diagonal + round - 2] + 1;
                var y = x - diagonal;
                if (x < old.Length && y < @new.Length)
                {
                    var run = old[x..].CommonPrefixLength(@new[y..]);
                    x += run;
                    y += run;
                }

                frontier[diagonal + round] = x;
                if (x <= old.Length && y <= @new.Length && x + y > farthest)
                {
                    (best, farthest) = (diagonal, x + y);
                }
            }

            if (farthest == old.Length + @new.Length || round == most)
            {
                return (frontiers, best);
            }
        }
    }

    private static bool ComesDown(int[] before, int round, int diagonal) =>
        diagonal == -round || (diagonal != round && before[diagonal + round - 2] < before[diagonal + round]);
}
