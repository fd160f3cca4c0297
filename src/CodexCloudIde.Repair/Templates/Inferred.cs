using System.Globalization;
using System.Text.RegularExpressions;
using CodexCloudIde.Repair.Candidates;

namespace CodexCloudIde.Repair.Templates;

/// <summary>
/// Constants and texts inferred from failing assertions: what would this literal have to be for the result to be what was expected, if the result follows it? A guess from one
/// assertion; the others decide.
/// </summary>
internal static partial class Inferred
{
    public static IEnumerable<Proposal> Propose(Site site) => site.Node.Kind switch
    {
        "Constant" when site.Node.Text("type") is "int" or "float" && site.IsLoad => Numbers(site),
        "Constant" when site.Node.Text("type") == "str" && site.Node.Parent is not { Kind: "Expr" or "JoinedStr" } && site.Text.Length > 1 && site.Text[0] is '"' or '\'' && !site.Text.StartsWith("\"\"\"", StringComparison.Ordinal) => Texts(site),
        "JoinedStr" when site.Node.Slot != "values" => Formats(site),
        _ => [],
    };

    private static IEnumerable<Proposal> Numbers(Site site)
    {
        if (!double.TryParse(site.Node.Text("value"), CultureInfo.InvariantCulture, out var value))
        {
            yield break;
        }

        var whole = site.Node.Text("type") == "int";
        var seen = new HashSet<double> { value };
        foreach (var (got, wanted) in Failures(site).SelectMany(failure => failure.Numbers).Distinct().Take(10))
        {
            foreach (var (to, prior) in new[] { (value + wanted - got, 0.3), (got == 0 ? value : value * wanted / got, 0.42), (value - (wanted - got), 0.22), (wanted == 0 ? value : value * got / wanted, 0.25) })
            {
                var rounded = Math.Round(to, 6);
                if (double.IsFinite(rounded) && Math.Abs(rounded) < 1e9 && (!whole || rounded == Math.Floor(rounded)) && seen.Add(rounded))
                {
                    var text = whole ? ((long)rounded).ToString(CultureInfo.InvariantCulture) : rounded.ToString("0.0#####", CultureInfo.InvariantCulture);
                    yield return site.Swap("constant", Math.Abs(value) <= 2 && whole ? prior * 0.6 : prior, text, $"the constant {site.Text} should be {text}");
                }
            }
        }
    }

    private static IEnumerable<Proposal> Texts(Site site)
    {
        var value = site.Node.Text("value")!;
        var offered = new Dictionary<string, double>();
        foreach (var (got, wanted) in Failures(site).SelectMany(failure => failure.Texts).Distinct().Take(8))
        {
            foreach (var (to, prior) in Rewritten(value, got, wanted))
            {
                offered[to] = Math.Max(offered.GetValueOrDefault(to), prior);
            }
        }

        foreach (var variant in new[] { value.Trim(), " " + value, value + " ", value.ToLowerInvariant(), value.ToUpperInvariant() }.Where(variant => value.Length is > 0 and < 40 && variant != value && variant.Length > 0))
        {
            offered.TryAdd(variant, 0.1);
        }

        if (value.Contains('%', StringComparison.Ordinal))
        {
            foreach (var (from, to) in new[] { ("%d/%m", "%m/%d"), ("%m/%d", "%d/%m"), ("%d-%m", "%m-%d"), ("%m-%d", "%d-%m"), ("%d.%m", "%m.%d"), ("%I", "%H"), ("%H", "%I"), ("%y", "%Y"), ("%Y", "%y"), (":%m", ":%M"), ("-%M", "-%m") })
            {
                if (value.Contains(from, StringComparison.Ordinal))
                {
                    offered.TryAdd(value.Replace(from, to, StringComparison.Ordinal), 0.45);
                }
            }
        }

        foreach (var (text, prior) in offered.Where(entry => entry.Key != value))
        {
            var quoted = site.Text[0] == '\'' ? Site.Quote(text).Replace('"', '\'') : Site.Quote(text);
            yield return site.Swap("text", prior, quoted, $"the text `{Site.Short(site.Text)}` should be `{Site.Short(quoted)}`");
        }
    }

    private static IEnumerable<Proposal> Formats(Site site)
    {
        var source = site.Text;
        foreach (Match match in Decimals().Matches(source))
        {
            var digits = int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            foreach (var other in new[] { digits - 1, digits + 1, 2, 0 }.Where(other => other >= 0 && other != digits).Distinct())
            {
                var at = site.Node.Start + match.Groups[1].Index;
                yield return new Proposal("format", 0.32, [new SourceEdit(site.File.Path, at, at + match.Groups[1].Length, other.ToString(CultureInfo.InvariantCulture))], $"`{Site.Short(source)}` writes {digits} decimals where {other} are meant");
            }
        }

        foreach (var (got, wanted) in Failures(site).SelectMany(failure => failure.Texts).Distinct().Take(6))
        {
            var (prefix, middle, target) = Difference(got, wanted);
            foreach (Match match in Literal().Matches(source))
            {
                var piece = match.Value;
                if (match.Index < 2 || piece.Contains('{', StringComparison.Ordinal))
                {
                    continue;
                }

                foreach (var (to, prior) in Rewritten(piece, got, wanted).Where(entry => !entry.Item1.Contains('{', StringComparison.Ordinal) && !entry.Item1.Contains('"', StringComparison.Ordinal)))
                {
                    var at = site.Node.Start + match.Index;
                    yield return new Proposal("text", prior, [new SourceEdit(site.File.Path, at, at + piece.Length, to)], $"`{Site.Short(piece)}` in `{Site.Short(source)}` should be `{Site.Short(to)}`");
                }
            }
        }
    }

    /// <summary>The literal as it would have to be for the one place where two texts differ.</summary>
    private static IEnumerable<(string, double)> Rewritten(string literal, string got, string wanted)
    {
        var (prefix, middle, target) = Difference(got, wanted);
        if (literal.Length == 0 || middle.Length > 30 || target.Length > 30)
        {
            yield break;
        }

        if (middle.Length > 0 && literal.Contains(middle, StringComparison.Ordinal))
        {
            var at = literal.IndexOf(middle, StringComparison.Ordinal);
            yield return (literal[..at] + target + literal[(at + middle.Length)..], literal == middle ? 0.5 : 0.45);
        }
        else if (middle.Length == 0 && target.Length > 0)
        {
            if (prefix.EndsWith(literal, StringComparison.Ordinal))
            {
                yield return (literal + target, 0.45);
            }

            if (got[prefix.Length..].StartsWith(literal, StringComparison.Ordinal))
            {
                yield return (target + literal, 0.45);
            }
        }

        // Everywhere it stands: a separator.
        if (literal.Length <= 3 && got.Contains(literal, StringComparison.Ordinal) && Separator(literal, got, wanted) is { } separator)
        {
            yield return (separator, 0.55);
        }
    }

    private static string? Separator(string literal, string got, string wanted)
    {
        var parts = got.Split(literal);
        if (parts.Length < 2 || !wanted.StartsWith(parts[0], StringComparison.Ordinal) || parts[1].Length == 0)
        {
            return null;
        }

        var end = wanted.IndexOf(parts[1], parts[0].Length, StringComparison.Ordinal);
        var separator = end < 0 ? null : wanted[parts[0].Length..end];
        return separator is not null && string.Join(separator, parts) == wanted ? separator : null;
    }

    private static (string Prefix, string Got, string Wanted) Difference(string got, string wanted)
    {
        var start = 0;
        while (start < got.Length && start < wanted.Length && got[start] == wanted[start])
        {
            start++;
        }

        var tail = 0;
        while (tail < got.Length - start && tail < wanted.Length - start && got[^(tail + 1)] == wanted[^(tail + 1)])
        {
            tail++;
        }

        return (got[..start], got[start..^tail], wanted[start..^tail]);
    }

    /// <summary>The failures of tests that run the line, or all when it runs at import.</summary>
    private static IEnumerable<Observations.Failure> Failures(Site site)
    {
        var failing = site.Index.Observation.Failing.Where(test => test.Failure is not null);
        return (site.Function is null ? failing : failing.Where(test => test.Lines.GetValueOrDefault(site.File.Path)?.Contains(site.Statement.Line) ?? false)).Select(test => test.Failure!);
    }

    [GeneratedRegex(@":[^{}:]*\.(\d+)f")]
    private static partial Regex Decimals();

    [GeneratedRegex(@"(?<=^[fFrR]{1,2}[""']|\})[^{}""']+(?=[{""'])")]
    private static partial Regex Literal();
}
