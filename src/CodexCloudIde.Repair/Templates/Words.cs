namespace CodexCloudIde.Repair.Templates;

/// <summary>How alike two names are: people mix up names that look or mean alike.</summary>
internal static class Words
{
    /// <summary>From 0 (nothing in common) to 1 (equal but for case and separators).</summary>
    public static double Likeness(string a, string b)
    {
        var (x, y) = (Plain(a), Plain(b));
        if (x.Length == 0 || y.Length == 0)
        {
            return 0;
        }

        var edits = 1 - ((double)Distance(x, y) / Math.Max(x.Length, y.Length));
        var contained = x.Length > 2 && y.Length > 2 && (x.Contains(y, StringComparison.Ordinal) || y.Contains(x, StringComparison.Ordinal)) ? 0.75 : 0;
        var parts = Parts(a).Intersect(Parts(b)).Any(part => part.Length > 2) ? 0.6 : 0;
        return Math.Max(edits, Math.Max(contained, parts));
    }

    private static string Plain(string text) => text.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();

    private static IEnumerable<string> Parts(string text)
    {
        var at = 0;
        for (var end = 1; end <= text.Length; end++)
        {
            if (end == text.Length || text[end] is '_' or '-' or ' ' || (char.IsUpper(text[end]) && char.IsLower(text[end - 1])))
            {
                yield return text[at..end].Trim('_', '-', ' ').ToLowerInvariant();
                at = end;
            }
        }
    }

    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)));
            }
        }

        return row[^1];
    }
}
