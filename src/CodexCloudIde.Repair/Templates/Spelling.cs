using System.Text.RegularExpressions;
using CodexCloudIde.Repair.Candidates;
using CodexCloudIde.Repair.Observations;

namespace CodexCloudIde.Repair.Templates;

/// <summary>Modules that are not Python: what is forgotten or too much near the line where the parser stopped. There is no tree, so these edit text.</summary>
internal static partial class Spelling
{
    private static readonly string[] Heads = ["def ", "if ", "for ", "while ", "class ", "else", "elif ", "try", "except", "finally", "with ", "async "];
    private static readonly (string From, string To)[] Foreign =
        [("else if ", "elif "), ("&&", "and"), ("||", "or"), ("!(", "not ("), ("function ", "def "), ("def def", "def"), ("retrun", "return"), ("=>", ">="), ("=<", "<="), ("++", " += 1"), (";", ""), ("“", "\""), ("”", "\"")];

    public static IEnumerable<(int Line, Proposal Proposal)> Propose(Unparsed module)
    {
        var lines = module.Text.Split('\n');
        var starts = new int[lines.Length + 1];
        for (var number = 0; number < lines.Length; number++)
        {
            starts[number + 1] = starts[number] + lines[number].Length + 1;
        }

        for (var back = 0; back < 4; back++)
        {
            var number = module.Line - 1 - back;
            if (number < 0 || number >= lines.Length || lines[number].Trim().Length == 0)
            {
                continue;
            }

            var near = 1 - (0.15 * back);
            foreach (var (start, length, text, prior, what) in Line(lines, number, module.Problem))
            {
                var at = starts[number] + start;
                yield return (number + 1, new Proposal("syntax", prior * near, [new SourceEdit(module.Path, at, at + length, text)], what));
            }
        }
    }

    private static IEnumerable<(int Start, int Length, string Text, double Prior, string What)> Line(string[] lines, int number, string problem)
    {
        var line = lines[number].TrimEnd('\r');
        var code = Comment().Match(line) is { Success: true } comment ? line[..comment.Index].TrimEnd() : line.TrimEnd();
        var (bare, shown) = (code.TrimStart(), Site.Short(code));
        var end = code.Length;
        if (Heads.Any(head => bare.StartsWith(head, StringComparison.Ordinal)) && !bare.EndsWith(':'))
        {
            yield return (end, 0, ":", 0.95, $"the `:` at the end of `{shown}` is missing");
        }

        foreach (var closing in new[] { ")", "]", "}", "\"", "'" })
        {
            var missing = $"a `{closing}` is missing in `{shown}`";
            yield return (end, 0, closing, 0.6, missing);
            if (code.EndsWith(':') || code.EndsWith(','))
            {
                yield return (end - 1, 0, closing, 0.65, missing);
                yield return (end - 1, 1, closing + ":", 0.4, missing);
            }

            var surplus = code.LastIndexOf(closing, StringComparison.Ordinal);
            if (surplus >= 0)
            {
                yield return (surplus, 1, "", problem.Contains("unmatched", StringComparison.Ordinal) ? 0.8 : 0.3, $"a `{closing}` is too much in `{shown}`");
            }

            foreach (Match bracket in Closers().Matches(code))
            {
                yield return (bracket.Index, 0, closing, 0.35, missing);
            }
        }

        foreach (Match equals in Single().Matches(code))
        {
            yield return (equals.Index, 1, "==", bare.StartsWith("if ", StringComparison.Ordinal) || bare.StartsWith("elif ", StringComparison.Ordinal) || bare.StartsWith("while ", StringComparison.Ordinal) ? 0.9 : 0.3, $"`=` in `{shown}` assigns where `==` is meant");
        }

        foreach (Match gap in Gaps().Matches(code))
        {
            yield return (gap.Index, 0, ",", problem.Contains("comma", StringComparison.Ordinal) ? 0.7 : 0.25, $"a comma is missing in `{shown}`");
        }

        yield return (end, 0, ",", problem.Contains("comma", StringComparison.Ordinal) ? 0.75 : 0.3, $"a comma is missing after `{shown}`");
        foreach (var (from, to) in Foreign)
        {
            if (code.IndexOf(from, StringComparison.Ordinal) is >= 0 and var at)
            {
                yield return (at, from.Length, to, 0.7, $"`{from.Trim()}` in `{shown}` is not Python: `{to.Trim()}` is meant");
            }
        }

        var indent = line.Length - line.TrimStart().Length;
        foreach (var other in Enumerable.Range(Math.Max(0, number - 12), Math.Min(number, 12)).Select(at => lines[at]).Where(text => text.Trim().Length > 0).Select(text => text.Length - text.TrimStart().Length).SelectMany(depth => new[] { depth, depth + 4 }).Distinct().Where(depth => depth != indent))
        {
            yield return (0, indent, new string(' ', other), problem.Contains("indent", StringComparison.Ordinal) ? 0.7 : 0.2, $"`{shown}` is indented wrongly");
        }

        if (line.Contains('\t', StringComparison.Ordinal))
        {
            yield return (0, indent, line[..indent].Replace("\t", "    ", StringComparison.Ordinal), 0.6, $"`{shown}` mixes tabs and spaces");
        }
    }

    [GeneratedRegex(@"\s+#[^'""]*$")]
    private static partial Regex Comment();

    [GeneratedRegex(@"[)\]}:,]")]
    private static partial Regex Closers();

    [GeneratedRegex(@"(?<![=!<>:+\-*/%&|^])=(?!=)")]
    private static partial Regex Single();

    [GeneratedRegex(@"(?<=[\w""')\]}])\s+(?=[\w""'(\[{])")]
    private static partial Regex Gaps();
}
