using CodexCloudIde.Repair.Candidates;
using CodexCloudIde.Repair.Syntax;

namespace CodexCloudIde.Repair.Templates;

/// <summary>A part of an expression that is missing, stands in the wrong place, has the wrong sign or the wrong direction.</summary>
internal static class Expressions
{
    private const int MostParts = 16;

    public static IEnumerable<Proposal> Propose(Site site)
    {
        if (site.Node.IsStatement)
        {
            return Exchange(site);
        }

        return Operand(site).Concat(Sign(site)).Concat(Direction(site)).Concat(Element(site)).Concat(Variable(site)).Concat(FallBack(site));
    }

    /// <summary>Two parts of one statement that have changed places.</summary>
    private static IEnumerable<Proposal> Exchange(Site site)
    {
        if (!site.Node.Is("Assign", "AugAssign", "Return", "Expr", "If", "While", "Assert", "For"))
        {
            yield break;
        }

        // Names that are bound together stay as they are: to change those that are read is the same, and easier to follow.
        var roots = site.Node.Is("If", "While") ? [site.Node.Child("test")!] : site.Node.Kind == "For" ? [site.Node.Child("iter")!] : site.Node.Children.Where(node => !(node.Slot == "targets" && node.Is("Tuple", "List")));
        var parts = roots.SelectMany(root => root.Walk()).Where(node => node.HasSpan && node.Is("Name", "Attribute", "Subscript", "Constant", "BinOp", "Call", "Compare", "Tuple", "List", "UnaryOp", "IfExp")
            && node.Slot is not ("func" or "slice_" or "target") && node.Text("id") is not ("self" or "cls")).Take(40).ToList();
        for (var first = 0; first < parts.Count && parts.Count <= 40; first++)
        {
            for (var second = first + 1; second < parts.Count; second++)
            {
                var (a, b) = (parts[first], parts[second]);
                var brothers = a.Parent == b.Parent && a.Slot is "elts" or "body" or "orelse" or "value" or "key" or "values";
                if (b.Start < a.End || (!brothers && (parts.Count > MostParts || a.Kind != b.Kind)) || site.TextOf(a) == site.TextOf(b) || (a.Parent == b.Parent && a.Parent is { Kind: "Call" })
                    || (a.Slot == "targets" && b.Slot != "value" && b.Parent?.Slot != "targets"))
                {
                    continue;
                }

                var indices = a.Slot == "slice" && b.Slot == "slice" && b.Parent!.Child("value") == a.Parent;
                var prior = brothers ? a.Parent!.Kind is "IfExp" or "Tuple" ? 0.6 : 0.4 : indices ? 0.55 : a.Slot == b.Slot && a.Kind == "Name" ? 0.32 : a.Slot == b.Slot ? 0.26 : 0.14;
                yield return new Proposal("exchange", prior, [site.Replace(a, Guarded(site, b)), site.Replace(b, Guarded(site, a))],
                    $"`{Site.Short(site.TextOf(a))}` and `{Site.Short(site.TextOf(b))}` have changed places in `{Site.Short(site.File.LineText(a.Line))}`", "order");
            }
        }
    }

    private static string Guarded(Site site, Node node) => node.Kind is "BinOp" or "IfExp" or "Compare" or "Tuple" && site.TextOf(node) is [not '(', ..] text ? $"({text})" : site.TextOf(node);

    /// <summary>A term, a factor or a remainder is missing.</summary>
    private static IEnumerable<Proposal> Operand(Site site)
    {
        var node = site.Node;
        var text = site.Text;
        if (!site.IsLoad || site.Function is null || !node.Is("Name", "Attribute", "Subscript", "Call", "BinOp")
            || node.Slot is not ("value" or "args" or "left" or "right" or "comparators" or "elt" or "slice" or "lower" or "upper" or "values" or "elts") || node.Parent!.Is("Attribute", "Expr", "keyword", "Yield")
            || (node.Parent.Kind == "Subscript" && node.Slot == "value"))
        {
            yield break;
        }

        if (node.Slot == "slice" && node.Parent is { Kind: "Subscript" } subscript && site.TextOf(subscript.Child("value")!) is { Length: > 0 } owner)
        {
            var what = $"`{text}` may run beyond `{owner}`: it has to begin again at its start";
            yield return site.Swap("operand", site.Raised?.Type == "IndexError" ? 0.75 : 0.25, $"{Grouped(node, text)} % len({owner})", what);
        }

        if (node.Kind is "Name" or "Attribute" && !site.MayBeNumber(text))
        {
            yield break;
        }

        var whole = node.Slot is "value" or "elt" or "args" or "comparators";
        foreach (var (other, prior) in Operands(site, text))
        {
            foreach (var (sign, factor) in new[] { ("+", 1.0), ("-", 0.8), ("*", 0.8) })
            {
                var low = whole ? prior : prior * 0.5;
                yield return site.Swap("operand", low * factor, node.Parent.Kind is "BinOp" ? $"({text} {sign} {other})" : $"{text} {sign} {other}", $"`{sign} {other}` is missing from `{Site.Short(site.File.LineText(node.Line))}`");
            }
        }
    }

    private static IEnumerable<(string Other, double Prior)> Operands(Site site, string text)
    {
        var unread = site.Unread.ToHashSet();
        var owner = site.Node.Kind == "Attribute" ? site.TextOf(site.Node.Child("value")!) : null;
        if (owner is { Length: > 0 and < 30 })
        {
            foreach (var sibling in site.Index.Siblings(site.Node.Text("attr")!).Where(name => !site.Index.IsCalled(name)).Distinct().Take(6))
            {
                if (site.MayBeNumber(owner == "self" ? $"self.{sibling}" : sibling))
                {
                    yield return ($"{owner}.{sibling}", 0.34);
                }
            }
        }

        foreach (var name in site.Variables.Where(name => name != text && site.IsNumber(name) && name is not ("self" or "cls")).Reverse().Take(6))
        {
            yield return (name, unread.Contains(name) ? 0.6 : 0.24);
        }

        foreach (var member in owner is null ? site.SelfMembers.Where(site.IsNumber).Take(5) : [])
        {
            yield return (member, 0.18);
        }
    }

    private static string Grouped(Node node, string text) => node.Kind is "BinOp" or "IfExp" ? $"({text})" : text;

    private static IEnumerable<Proposal> Sign(Site site)
    {
        if (!site.IsLoad || site.Function is null || !site.Node.Is("Name", "Attribute", "Subscript", "Call") || site.Node.Parent is { Kind: "UnaryOp" or "Expr" or "Attribute" } || site.Node.Slot is "func")
        {
            yield break;
        }

        var sorting = site.Node.Ancestors().TakeWhile(node => !node.IsStatement).Any(node => node.Kind == "Lambda" || (node.Kind == "keyword" && node.Text("arg") == "key"));
        if (sorting || (site.Node.Slot is "value" or "args" or "elts" or "elt" or "body" or "orelse" && site.MayBeNumber(site.Text)))
        {
            yield return site.Swap("sign", sorting ? 0.45 : 0.13, $"-{site.Text}", sorting ? $"`{site.Text}` sorts the wrong way round" : $"the sign of `{Site.Short(site.Text)}` is wrong", sorting ? "order" : "sign");
        }
    }

    private static IEnumerable<Proposal> Direction(Site site)
    {
        var node = site.Node;
        if (node.Kind == "Subscript" && node.Child("slice") is { Kind: "Slice" } slice && slice.Child("step") is { } step && slice.Child("lower") is null && slice.Child("upper") is null && site.TextOf(step) == "-1")
        {
            yield return site.Swap("direction", 0.4, site.TextOf(node.Child("value")!), $"`{Site.Short(site.Text)}` turns round what is already in order", "reverse");
            yield break;
        }

        if (!site.IsLoad || site.Function is null || !node.Is("Name", "Attribute", "Call", "Subscript", "ListComp") || node.Slot is not ("value" or "iter" or "args" or "elt") || node.Parent!.Is("Attribute", "Expr", "Subscript", "Yield")
            || (node.Kind is "Name" or "Attribute" && site.TypesOf(site.Text) is { Count: > 0 } kinds && !kinds.Any(kind => kind is "list" or "str" or "tuple" or "bytes")))
        {
            yield break;
        }

        yield return site.Swap("direction", node.Parent.Kind is "Return" ? 0.3 : 0.16, $"{site.Text}[::-1]", $"`{Site.Short(site.Text)}` comes the wrong way round", "reverse");
    }

    /// <summary>An element where the whole is meant, or the whole where an element is meant.</summary>
    private static IEnumerable<Proposal> Element(Site site)
    {
        var node = site.Node;
        if (!site.IsLoad || site.Function is null || node.Parent!.Is("Expr", "Attribute"))
        {
            yield break;
        }

        if (node.Kind == "Subscript" && node.Child("slice") is { Kind: "Constant" } && node.Child("value") is { HasSpan: true } whole && node.Slot is "value" or "args" or "elt" or "iter" or "left" or "right")
        {
            yield return site.Swap("element", 0.18, site.TextOf(whole), $"`{Site.Short(site.Text)}` takes one element where the whole is meant");
        }
        else if (node.Kind == "Name" && node.Slot is "value" or "args" or "elt" or "left" or "right" or "comparators" && site.TypesOf(site.Text).Any(kind => kind is "tuple" or "list"))
        {
            foreach (var at in new[] { "0", "1", "-1" })
            {
                yield return site.Swap("element", 0.14, $"{site.Text}[{at}]", $"`{site.Text}` is taken whole where its element {at} is meant");
            }
        }
    }

    /// <summary>A fixed value where a variable is meant.</summary>
    private static IEnumerable<Proposal> Variable(Site site)
    {
        var node = site.Node;
        var blank = node.Kind == "Constant" || (node.Kind is "List" && node.List("elts").Count == 0) || (node.Kind is "Dict" && node.List("keys").Count == 0);
        if (!blank || site.Function is null || node.Slot is not ("value" or "args" or "comparators" or "left" or "right" or "elts" or "slice" or "orelse" or "body") || node.Parent!.Is("Expr", "keyword", "JoinedStr", "FormattedValue"))
        {
            yield break;
        }

        foreach (var name in site.Variables.Where(name => name is not ("self" or "cls")).Reverse().Take(8))
        {
            var same = site.TypesOf(name) is { Count: > 0 } kinds && kinds.Contains(node.Kind == "List" ? "list" : node.Kind == "Dict" ? "dict" : node.Text("type") ?? "");
            var prior = site.Unread.Contains(name) ? 0.6 : same ? 0.26 : 0.12;
            yield return site.Swap("fixed value", prior, name, $"`{Site.Short(site.Text)}` is fixed where `{name}` is meant");
        }
    }

    /// <summary>Nothing at all where a number is read.</summary>
    private static IEnumerable<Proposal> FallBack(Site site)
    {
        if (site.Node.Slot == "args" && site.Node.Parent is { Kind: "Call" } call && call.Child("func")!.Text("id") is "int" or "float" && call.List("args").Count == 1 && site.Node.Kind is not ("Constant" or "BoolOp")
            && site.Failure is { Type: "ValueError" or "TypeError" })
        {
            yield return site.Swap("empty", 0.6, $"{site.Text} or 0", $"`{Site.Short(site.Text)}` may be empty; that is then taken for 0");
        }
        else if (site.Node.Slot == "args" && site.Node.Parent is { Kind: "Call" } other && other.Child("func")!.Text("id") is "int" or "float" && site.Node.Kind is "Name" or "Subscript" or "Attribute")
        {
            yield return site.Swap("empty", 0.25, $"{site.Text} or 0", $"`{Site.Short(site.Text)}` may be empty; that is then taken for 0");
        }
    }
}
