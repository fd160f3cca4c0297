using CodexCloudIde.Repair.Candidates;
using CodexCloudIde.Repair.Syntax;

namespace CodexCloudIde.Repair.Templates;

/// <summary>Guards for what may be missing: a key, a value that is None, an element, a divisor. Never a catch-all.</summary>
internal static class Guards
{
    public static IEnumerable<Proposal> Propose(Site site)
    {
        var keys = site.Node.Kind == "Subscript" && site.IsLoad ? Keys(site) : [];
        var nones = site.Node.Is("Attribute", "Subscript", "Call", "Name", "Compare", "BinOp") ? Nones(site) : [];
        var zeroes = site.Node.Kind == "BinOp" && site.Node.Text("op") is "Div" or "FloorDiv" or "Mod" ? Zeroes(site) : [];
        var empties = site.Node.Kind == "Call" && site.Node.Child("func")!.Text("id") is "max" or "min" ? Empties(site) : [];
        return keys.Concat(nones).Concat(zeroes).Concat(empties);
    }

    private static IEnumerable<Proposal> Keys(Site site)
    {
        var (container, key) = (site.Node.Child("value")!, site.Node.Child("slice")!);
        if (!container.HasSpan || !key.HasSpan || key.Kind == "Slice")
        {
            yield break;
        }

        var (map, name) = (site.TextOf(container), site.TextOf(key));
        var missed = site.Raised is { Type: "KeyError" };
        var factor = missed ? 1.0 : 0.25;
        foreach (var (value, prior) in Defaults(site, name))
        {
            yield return site.Swap("missing key", prior * factor, $"{map}.get({name}, {value})", $"`{Site.Short(site.Text)}` fails when the key is missing; it now falls back to `{value}`");
        }

        yield return site.Swap("missing key", 0.4 * factor, $"{map}.get({name})", $"`{Site.Short(site.Text)}` fails when the key is missing");
        foreach (var proposal in Before(site, $"{name} not in {map}", missed ? 0.5 : 0.08, $"`{name}` may be missing from `{map}`"))
        {
            yield return proposal;
        }

        if (site.Raised is { Type: "IndexError" })
        {
            foreach (var proposal in Before(site, $"len({map}) <= {name}", 0.4, $"`{map}` may be too short").Concat(Before(site, $"not {map}", 0.5, $"`{map}` may be empty")))
            {
                yield return proposal;
            }

            if (site.Node.Ancestors().TakeWhile(node => !node.IsStatement).LastOrDefault(node => node.Slot == "test") is { } test)
            {
                yield return new Proposal("bounds", 0.55, [new SourceEdit(site.File.Path, test.Start, test.Start, $"{name} < len({map}) and ")], $"`{Site.Short(site.Text)}` is read beyond the end");
            }
        }
    }

    /// <summary>Constants of the module named as defaults come first, then what other lookups of the same key fall back to, then neutral values.</summary>
    private static IEnumerable<(string Value, double Prior)> Defaults(Site site, string key)
    {
        foreach (var constant in site.File.Root.List("body").Where(node => node.Kind == "Assign").SelectMany(node => node.List("targets")).Select(node => node.Text("id")).OfType<string>().Where(name => name.All(letter => !char.IsLower(letter))))
        {
            var plain = key.Trim('"', '\'');
            yield return (constant, constant.Contains("DEFAULT", StringComparison.Ordinal) ? 0.75 + (0.15 * Words.Likeness(constant.Replace("DEFAULT", "", StringComparison.Ordinal), plain)) : 0.35 + (0.3 * Words.Likeness(constant, plain)));
        }

        foreach (var call in site.Index.Observation.Files.Values.Where(file => !file.IsTest).SelectMany(file => file.Root.Walk().Where(node => node.Kind == "Call" && node.Child("func")!.Text("attr") == "get" && node.List("args").Count == 2).Select(node => (File: file, node))))
        {
            var (same, value) = (call.File.Of(call.node.List("args")[0]), call.File.Of(call.node.List("args")[1]));
            if (same == key && value.Length is > 0 and < 30)
            {
                yield return (value, 0.8);
            }
        }

        foreach (var parameter in site.Variables.Where(name => name.StartsWith("default", StringComparison.Ordinal) || name == "fallback"))
        {
            yield return (parameter, 0.85);
        }

        yield return ("0", 0.45);
        yield return ("[]", 0.42);
        yield return ("\"\"", 0.4);
        yield return ("{}", 0.4);
        yield return ("False", 0.3);
        yield return ("()", 0.15);
        yield return ("1", 0.2);
    }

    private static IEnumerable<Proposal> Nones(Site site)
    {
        var node = site.Node;
        var error = site.Failure;
        var none = error is { Type: "AttributeError", Object: "NoneType" } || (error is { Type: "TypeError" } && error.Message.Contains("NoneType", StringComparison.Ordinal));
        if (!none || error is null)
        {
            yield break;
        }

        var subject = node.Kind switch
        {
            "Attribute" => node.Text("attr") == error.Name || error.Type == "TypeError" ? node.Child("value") : null,
            "Subscript" => node.Child("value"),
            "Name" when node.Slot is "iter" or "args" or "left" or "right" or "comparators" => node,
            "Call" when node.Slot is "iter" or "args" or "left" or "right" => node,
            _ => null,
        };
        if (subject is not { HasSpan: true } || !site.IsLoad || site.TextOf(subject) is "self" or "cls")
        {
            yield break;
        }

        var text = site.TextOf(subject);
        foreach (var (value, prior) in new[] { ("\"\"", 0.55), ("[]", 0.5), ("{}", 0.45), ("0", 0.45) })
        {
            yield return new Proposal("none", prior, [site.Replace(subject, $"({text} or {value})")], $"`{Site.Short(text)}` may be None; it is then taken for `{value}`");
        }

        foreach (var proposal in Before(site, $"{text} is None", 0.65, $"`{Site.Short(text)}` may be None"))
        {
            yield return proposal;
        }

        if (site.Node.Ancestors().TakeWhile(part => !part.IsStatement).LastOrDefault(part => part.Slot == "test") is { } test && test.HasSpan)
        {
            yield return new Proposal("none", 0.7, [new SourceEdit(site.File.Path, test.Start, test.Start, $"{text} is not None and "), .. Parenthesise(site, test)], $"`{Site.Short(text)}` may be None");
            yield return new Proposal("none", 0.5, [new SourceEdit(site.File.Path, test.Start, test.Start, $"{text} is None or "), .. Parenthesise(site, test)], $"`{Site.Short(text)}` may be None");
        }

        if (site.Node.Ancestors().Prepend(site.Node).TakeWhile(part => !part.IsStatement).LastOrDefault() is { Slot: "value", HasSpan: true } whole && site.Statement.Is("Return", "Assign"))
        {
            foreach (var other in new[] { "None", "\"\"", "0", "False" })
            {
                yield return new Proposal("none", 0.45, [new SourceEdit(site.File.Path, whole.End, whole.End, $" if {text} is not None else {other}")], $"`{Site.Short(text)}` may be None");
            }
        }
    }

    private static IEnumerable<SourceEdit> Parenthesise(Site site, Node test) => test is { Kind: "BoolOp" } && test.Text("op") == "Or"
        ? [new SourceEdit(site.File.Path, test.Start, test.Start, "("), new SourceEdit(site.File.Path, test.End, test.End, ")")] : [];

    private static IEnumerable<Proposal> Zeroes(Site site)
    {
        if (site.Raised is not { Type: "ZeroDivisionError" } || site.Node.Child("right") is not { HasSpan: true } divisor)
        {
            yield break;
        }

        var text = site.TextOf(divisor);
        foreach (var (value, prior) in new[] { ("0", 0.6), ("0.0", 0.65), ("None", 0.4) })
        {
            yield return site.Swap("zero", prior, $"({site.Text} if {text} else {value})", $"`{Site.Short(text)}` may be zero");
        }

        foreach (var proposal in Before(site, divisor.Kind is "Name" or "Attribute" or "Call" ? $"{text} == 0" : $"({text}) == 0", 0.6, $"`{Site.Short(text)}` may be zero"))
        {
            yield return proposal;
        }
    }

    private static IEnumerable<Proposal> Empties(Site site)
    {
        if (site.Raised is not { Type: "ValueError" } || site.Node.List("args") is not [{ HasSpan: true } values] || site.Node.List("keywords").Any(keyword => keyword.Text("arg") == "default"))
        {
            yield break;
        }

        foreach (var (value, prior) in new[] { ("0", 0.7), ("None", 0.6), ("0.0", 0.4), ("-1", 0.3), ("\"\"", 0.3) })
        {
            var close = site.Node.End - 1;
            IReadOnlyList<SourceEdit> bare = values.Kind == "GeneratorExp" && site.File.Text[values.Start] != '(' ? [new SourceEdit(site.File.Path, values.Start, values.Start, "("), new SourceEdit(site.File.Path, values.End, values.End, ")")] : [];
            yield return new Proposal("empty", prior, [.. bare, new SourceEdit(site.File.Path, close, close, $", default={value}")], $"`{Site.Short(site.Text)}` fails for nothing at all; it now gives `{value}`");
        }
    }

    /// <summary>A guard above the statement that leaves early: with what the function returns elsewhere, or with the next element of the loop.</summary>
    public static IEnumerable<Proposal> Before(Site site, string condition, double prior, string why)
    {
        if (site.Function is null)
        {
            yield break;
        }

        var statement = site.Statement;
        if (statement.Ancestors().TakeWhile(node => node != site.Function).Any(node => node.Is("For", "While")) && !(statement.Is("For", "While") && statement.Parent == site.Function))
        {
            if (site.Above(statement, $"if {condition}:\n    continue") is { } skip)
            {
                yield return new Proposal("guard", prior, [skip], $"{why}; such an element is now left out");
            }
        }

        foreach (var (value, likely) in Returns(site))
        {
            if (site.Above(statement, value.Length == 0 ? $"if {condition}:\n    return" : $"if {condition}:\n    return {value}") is { } leave)
            {
                yield return new Proposal("guard", prior * likely, [leave], $"{why}; the function then returns {(value.Length == 0 ? "nothing" : $"`{value}`")}");
            }
        }
    }

    /// <summary>What a function may return early, judged by what it returns elsewhere.</summary>
    public static IEnumerable<(string Value, double Likely)> Returns(Site site)
    {
        var returned = site.Function!.Walk().Where(node => node.Kind == "Return" && node.Function == site.Function).ToList();
        var kinds = returned.Select(node => node.Child("value")?.Kind ?? "").ToHashSet();
        if (returned.All(node => node.Child("value") is null))
        {
            yield return ("", 1.0);
            yield break;
        }

        foreach (var text in returned.Select(node => node.Child("value")).OfType<Node>().Where(node => node.Kind is "Constant" or "List" or "Dict" or "Tuple" or "Name").Select(site.TextOf).Where(text => text.Length is > 0 and < 20).Distinct())
        {
            if (site.VariablesAt(site.Statement).Contains(text) || !char.IsLetter(text[0]) || text is "None" or "True" or "False" || text.All(letter => !char.IsLower(letter)))
            {
                yield return (text, 0.95);
            }
        }

        yield return ("None", 0.8);
        yield return ("[]", kinds.Overlaps(["ListComp", "List"]) || returned.Any(node => site.File.Of(node).Contains("sorted(", StringComparison.Ordinal)) ? 1.0 : 0.5);
        yield return ("0", kinds.Overlaps(["BinOp"]) || returned.Any(node => site.File.Of(node).Contains("sum(", StringComparison.Ordinal)) ? 0.9 : 0.45);
        yield return ("\"\"", kinds.Contains("JoinedStr") ? 0.9 : 0.42);
        yield return ("{}", kinds.Overlaps(["Dict", "DictComp"]) ? 1.0 : 0.4);
        yield return ("False", kinds.Overlaps(["Compare", "BoolOp"]) ? 0.95 : 0.4);
        yield return ("True", kinds.Overlaps(["Compare", "BoolOp"]) ? 0.6 : 0.2);
    }
}
