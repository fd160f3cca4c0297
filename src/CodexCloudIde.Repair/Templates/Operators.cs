using CodexCloudIde.Repair.Candidates;
using CodexCloudIde.Repair.Syntax;

namespace CodexCloudIde.Repair.Templates;

/// <summary>Wrong comparison, arithmetic and boolean operators, inverted conditions, swapped operands.</summary>
internal static class Operators
{
    private static readonly Dictionary<string, string> Signs = new()
    {
        ["Lt"] = "<", ["LtE"] = "<=", ["Gt"] = ">", ["GtE"] = ">=", ["Eq"] = "==", ["NotEq"] = "!=", ["In"] = "in", ["NotIn"] = "not in", ["Is"] = "is", ["IsNot"] = "is not",
        ["Add"] = "+", ["Sub"] = "-", ["Mult"] = "*", ["Div"] = "/", ["FloorDiv"] = "//", ["Mod"] = "%", ["Pow"] = "**",
        ["BitAnd"] = "&", ["BitOr"] = "|", ["BitXor"] = "^", ["LShift"] = "<<", ["RShift"] = ">>", ["Clear"] = "& ~",
    };

    private static readonly Dictionary<string, (string To, double Prior)[]> Others = new()
    {
        ["Lt"] = [("LtE", 0.9), ("Gt", 0.55), ("GtE", 0.55)],
        ["LtE"] = [("Lt", 0.9), ("GtE", 0.55), ("Gt", 0.55), ("Eq", 0.2)],
        ["Gt"] = [("GtE", 0.9), ("Lt", 0.55), ("LtE", 0.55)],
        ["GtE"] = [("Gt", 0.9), ("LtE", 0.55), ("Lt", 0.55), ("Eq", 0.2)],
        ["Eq"] = [("NotEq", 0.7), ("GtE", 0.35), ("LtE", 0.35), ("In", 0.2)],
        ["NotEq"] = [("Eq", 0.7), ("Gt", 0.25), ("Lt", 0.25)],
        ["In"] = [("NotIn", 0.7)],
        ["NotIn"] = [("In", 0.7)],
        ["Is"] = [("IsNot", 0.7), ("Eq", 0.4)],
        ["IsNot"] = [("Is", 0.7), ("NotEq", 0.35)],
        ["Add"] = [("Sub", 0.75), ("Mult", 0.4)],
        ["Sub"] = [("Add", 0.75), ("FloorDiv", 0.15)],
        ["Mult"] = [("Div", 0.5), ("FloorDiv", 0.5), ("Add", 0.5), ("Pow", 0.3)],
        ["Div"] = [("FloorDiv", 0.7), ("Mult", 0.6), ("Mod", 0.3)],
        ["FloorDiv"] = [("Div", 0.7), ("Mod", 0.5), ("Mult", 0.4)],
        ["Mod"] = [("FloorDiv", 0.5), ("Div", 0.3)],
        ["Pow"] = [("Mult", 0.5)],
        ["BitAnd"] = [("BitOr", 0.7), ("BitXor", 0.4), ("Sub", 0.4)],
        ["BitOr"] = [("BitAnd", 0.7), ("BitXor", 0.4), ("Sub", 0.3)],
        ["BitXor"] = [("BitOr", 0.5), ("BitAnd", 0.5), ("Clear", 0.3)],
        ["LShift"] = [("RShift", 0.7)],
        ["RShift"] = [("LShift", 0.7)],
    };

    public static IEnumerable<Proposal> Propose(Site site) => site.Node.Kind switch
    {
        "Compare" => Compare(site).Concat(Negate(site)),
        "BinOp" => Binary(site),
        "AugAssign" => Augmented(site),
        "BoolOp" => Boolean(site).Concat(Negate(site)),
        "UnaryOp" => Unary(site),
        "Call" or "Name" or "Attribute" => Negate(site),
        _ => [],
    };

    private static IEnumerable<Proposal> Compare(Site site)
    {
        var operators = site.Node.Texts("ops");
        var sides = site.Node.List("comparators").Prepend(site.Node.Child("left")!).ToList();
        for (var at = 0; at < operators.Count; at++)
        {
            foreach (var (to, prior) in Others.GetValueOrDefault(operators[at], []))
            {
                if (Between(site, sides[at], sides[at + 1], Signs[operators[at]], Signs[to]) is { } edit)
                {
                    yield return new Proposal("comparison", prior, [edit], $"the comparison `{Signs[operators[at]]}` in `{Site.Short(site.Text)}` should be `{Signs[to]}`");
                }
            }
        }

        if (operators.Count == 1 && operators[0] is "In" or "NotIn")
        {
            yield return site.Swap("operands", 0.15, $"{site.TextOf(sides[1])} {Signs[operators[0]]} {site.TextOf(sides[0])}");
        }
    }

    private static IEnumerable<Proposal> Binary(Site site)
    {
        var (left, right, sign) = (site.Node.Child("left")!, site.Node.Child("right")!, site.Node.Text("op")!);
        foreach (var (to, prior) in Others.GetValueOrDefault(sign, []))
        {
            if (sign == "Mod" && left.Text("type") == "str")
            {
                continue;
            }

            if (Between(site, left, right, Signs[sign], Signs[to]) is { } edit)
            {
                yield return new Proposal("arithmetic", prior, [edit], $"the operator `{Signs[sign]}` in `{Site.Short(site.Text)}` should be `{Signs[to]}`");
            }
        }

        if (sign is "Sub" or "Div" or "FloorDiv" or "Mod" or "Pow" && left.HasSpan && right.HasSpan)
        {
            yield return site.Swap("operands", 0.45, $"{Wrap(site, right)} {Signs[sign]} {Wrap(site, left)}", $"the operands of `{Site.Short(site.Text)}` are the wrong way round");
        }

        if (left.Kind == "BinOp" && left.HasSpan && Signs.ContainsKey(left.Text("op")!) && site.TextOf(left) is { Length: > 0 } inner && site.File.Text[site.Node.Start] != '(')
        {
            // a + b * c against (a + b) * c: the grouping, not the signs.
            var grouped = $"{site.TextOf(left.Child("left")!)} {Signs[left.Text("op")!]} ({site.TextOf(left.Child("right")!)} {Signs[sign]} {site.TextOf(right)})";
            yield return site.Swap("grouping", 0.3, grouped);
        }

        if (right.Kind == "BinOp" && right.HasSpan && Signs.ContainsKey(right.Text("op")!))
        {
            yield return site.Swap("grouping", 0.3, $"({site.TextOf(left)} {Signs[sign]} {site.TextOf(right.Child("left")!)}) {Signs[right.Text("op")!]} {site.TextOf(right.Child("right")!)}");
        }

        foreach (var (kept, dropped) in new[] { (left, right), (right, left) })
        {
            if (kept.HasSpan && !(dropped.Kind == "Constant" && dropped.Text("value") == "1"))
            {
                yield return site.Swap("operands", kept == left ? 0.25 : 0.15, site.TextOf(kept), $"`{Site.Short(site.TextOf(dropped))}` does not belong in `{Site.Short(site.Text)}`");
            }
        }
    }

    private static IEnumerable<Proposal> Augmented(Site site)
    {
        var (target, value, sign) = (site.Node.Child("target")!, site.Node.Child("value")!, site.Node.Text("op")!);
        var alternatives = Others.GetValueOrDefault(sign, []).Select(other => (Sign: Signs[other.To] + "=", other.Prior)).Append(("=", 0.4));
        foreach (var (to, prior) in alternatives)
        {
            if (Between(site, target, value, Signs[sign] + "=", to) is { } edit)
            {
                yield return new Proposal("assignment", prior, [edit], $"`{Signs[sign]}=` in `{Site.Short(site.Text)}` should be `{to}`");
            }
        }
    }

    private static IEnumerable<Proposal> Boolean(Site site)
    {
        var values = site.Node.List("values");
        var (sign, other) = site.Node.Text("op") == "And" ? ("and", "or") : ("or", "and");
        if (values.All(value => value.HasSpan))
        {
            var swapped = string.Join($" {other} ", values.Select(value => value.Kind == "BoolOp" ? $"({site.TextOf(value)})" : site.TextOf(value)));
            var nested = site.Node.Parent is { Kind: "BoolOp" or "UnaryOp" };
            yield return site.Swap("boolean", 0.85, nested && !Parenthesised(site) ? $"({swapped})" : swapped, $"`{Site.Short(site.Text)}` combines its parts with `{sign}` where `{other}` is meant");
            for (var at = 0; at < values.Count; at++)
            {
                var rest = string.Join($" {sign} ", values.Where((_, number) => number != at).Select(site.TextOf));
                yield return site.Swap("condition", 0.35, rest, $"the condition `{Site.Short(site.TextOf(values[at]))}` is one too many");
            }
        }
    }

    private static IEnumerable<Proposal> Unary(Site site)
    {
        if (site.Node.Child("operand") is not { HasSpan: true } operand)
        {
            yield break;
        }

        switch (site.Node.Text("op"))
        {
            case "Not":
                yield return site.Swap("condition", 0.75, site.TextOf(operand), $"the condition `{Site.Short(site.Text)}` is inverted");
                break;
            case "USub" when operand.Kind != "Constant":
                yield return site.Swap("arithmetic", 0.6, site.TextOf(operand), $"the sign of `{Site.Short(site.Text)}` is wrong");
                break;
        }
    }

    private static IEnumerable<Proposal> Negate(Site site)
    {
        var node = site.Node;
        var condition = node.Slot is "test" or "ifs" || node.Parent is { Kind: "BoolOp" } || (node.Slot == "value" && node.Parent is { Kind: "Return" } && node.Kind is "Compare" or "BoolOp")
            || (node.Slot == "elt" && node.Parent is { Kind: "GeneratorExp" });
        if (!condition || (node.Parent is { Kind: "UnaryOp" }))
        {
            yield break;
        }

        // A single comparison is inverted by its operator.
        if (node.Kind == "Compare" && node.Texts("ops").Count == 1 && node.Texts("ops")[0] is "Eq" or "NotEq" or "In" or "NotIn" or "Is" or "IsNot")
        {
            yield break;
        }

        var prior = node.Slot is "test" or "ifs" ? 0.65 : node.Slot == "elt" ? 0.35 : 0.45;
        yield return site.Swap("condition", prior, node.Kind == "BoolOp" || node.Kind == "Compare" ? $"not ({site.Text})" : $"not {site.Text}", $"the condition `{Site.Short(site.Text)}` is inverted");
    }

    private static bool Parenthesised(Site site) => site.Node.Start > 0 && site.File.Text[site.Node.Start - 1] == '(';

    private static string Wrap(Site site, Node node) => node.Kind is "BinOp" or "IfExp" or "BoolOp" or "Compare" or "Lambda" ? $"({site.TextOf(node)})" : site.TextOf(node);

    /// <summary>Replaces an operator, which has no node of its own, between its operands.</summary>
    private static SourceEdit? Between(Site site, Node left, Node right, string sign, string to)
    {
        if (!left.HasSpan || !right.HasSpan || right.Start < left.End)
        {
            return null;
        }

        var gap = site.File.Text[left.End..right.Start];
        var at = gap.IndexOf(sign, StringComparison.Ordinal);
        return at < 0 || gap.Contains('#', StringComparison.Ordinal) ? null : new SourceEdit(site.File.Path, left.End + at, left.End + at + sign.Length, to);
    }
}
