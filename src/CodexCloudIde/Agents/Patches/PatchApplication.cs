namespace CodexCloudIde.Agents.Patches;

/// <summary>
/// Puts hunks into a text. Old lines are looked for exactly, then without trailing blanks, then without surrounding blanks; of several places the one
/// nearest to where the writer believed it to be wins, or the first after the hunk before.
/// </summary>
internal static class PatchApplication
{
    private static readonly Func<string, string>[] Tolerances = [line => line, line => line.TrimEnd(), line => line.Trim()];

    /// <returns>The new text, or null with the error.</returns>
    public static string? Apply(string text, IReadOnlyList<PatchHunk> hunks, out string? error)
    {
        var lines = text.Split('\n').ToList();
        var cursor = 0;
        foreach (var hunk in hunks)
        {
            if (Place(lines, hunk, cursor, out error) is not { } at)
            {
                return null;
            }

            lines.RemoveRange(at, hunk.Old.Count);
            lines.InsertRange(at, hunk.New);
            cursor = at + hunk.New.Count;
        }

        error = null;
        return string.Join('\n', lines);
    }

    private static int? Place(List<string> lines, PatchHunk hunk, int cursor, out string? error)
    {
        error = null;
        if (hunk.Anchor is { } anchor)
        {
            var found = Tolerances.Select(tolerance => lines.FindIndex(cursor, line => tolerance(line) == tolerance(anchor))).FirstOrDefault(index => index >= 0, -1);
            if (found < 0)
            {
                error = $"The line after '@@' was not found: {anchor}";
                return null;
            }

            cursor = found + 1;
        }

        if (hunk.Old.Count == 0)
        {
            var end = lines.Count > 0 && lines[^1].Length == 0 ? lines.Count - 1 : lines.Count;
            return hunk.Anchor is not null ? cursor : Math.Min(hunk.Near is { } near ? near + 1 : end, end);
        }

        foreach (var tolerance in Tolerances)
        {
            var places = Places(lines, hunk.Old, hunk.Once ? 0 : cursor, tolerance);
            if (places.Count > 1 && hunk.Once)
            {
                error = $"The text to find occurs {places.Count} times; add lines around it until it is unique.";
                return null;
            }

            if (places.Count > 0)
            {
                return hunk.AtEnd ? places[^1] : hunk.Near is { } near ? places.MinBy(place => Math.Abs(place - near)) : places[0];
            }
        }

        error = $"These lines were not found in the file (read it again, it may have changed):\n{string.Join('\n', hunk.Old.Take(6))}";
        return null;
    }

    private static List<int> Places(List<string> lines, IReadOnlyList<string> old, int from, Func<string, string> tolerance)
    {
        var places = new List<int>();
        for (var at = from; at + old.Count <= lines.Count; at++)
        {
            var matches = true;
            for (var i = 0; matches && i < old.Count; i++)
            {
                matches = tolerance(lines[at + i]) == tolerance(old[i]);
            }

            if (matches)
            {
                places.Add(at);
            }
        }

        return places;
    }
}
