using System.Text.RegularExpressions;

namespace WordCount;

public static partial class Counting
{
    /// <summary>How often each word occurs, whatever its case.</summary>
    public static IReadOnlyDictionary<string, int> CountWords(string text) =>
        Word().Matches(text).GroupBy(match => match.Value.ToLowerInvariant()).ToDictionary(group => group.Key, group => group.Count());

    /// <summary>The most frequent words, ties in alphabetical order.</summary>
    public static IReadOnlyList<(string Word, int Count)> MostCommon(string text, int limit = 10) =>
        CountWords(text).OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal)
            .Take(limit).Select(pair => (pair.Key, pair.Value)).ToList();

    [GeneratedRegex(@"[\p{L}\p{N}]+(?:['’][\p{L}\p{N}]+)*")]
    private static partial Regex Word();
}
