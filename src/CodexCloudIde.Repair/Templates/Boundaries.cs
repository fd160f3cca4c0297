using CodexCloudIde.Repair.Candidates;
using CodexCloudIde.Repair.Syntax;

namespace CodexCloudIde.Repair.Templates;

/// <summary>Off by one: in indices, slices, ranges, comparisons, constants; and bounds that a condition lacks.</summary>
internal static class Boundaries
{
    public static IEnumerable<Proposal> Propose(Site site) => site.Node.Kind switch
    {
        "BinOp" => DropOne(site).Concat(Shift(site)),
        "Slice" => Slices(site),
        "Call" => Ranges(site).Concat(Shift(site)),
        "Constant" => Constants(site),
        "Compare" => Bounds(site),
        "Name" or "Attribute" => Shift(site),
        _ => [],
    };

    private static IEnumerable<Proposal> DropOne(Site site)
    {
        var (left, right) = (site.Node.Child("left")!, site.Node.Child("right")!);
        if (site.Node.Text("op") is not ("Add" or "Sub"))
        {
            yield break;
        }

        if (right.Kind == "Constant" && right.Text("value") == "1" && left.HasSpan)
        {
            var text = site.TextOf(left);
            yield return site.Swap("off by one", 0.85, text, $"`{Site.Short(site.Text)}` is off by one: it should be `{Site.Short(text)}`");
        }
        else if (left.Kind == "Constant" && left.Text("value") == "1" && site.Node.Text("op") == "Add" && right.HasSpan)
        {
            yield return site.Swap("off by one", 0.8, site.TextOf(right), $"`{Site.Short(site.Text)}` is off by one: it should be `{Site.Short(site.TextOf(right))}`");
        }
    }

    private static IEnumerable<Proposal> Shift(Site site)
    {
        var node = site.Node;
        var prior = node switch
        {
            { Slot: "lower" or "upper" } => 0.7,
            { Slot: "slice" } => 0.55,
            { Slot: "comparators" or "left", Parent: { Kind: "Compare" } compare } when compare.Texts("ops").All(sign => sign is "Lt" or "LtE" or "Gt" or "GtE" or "Eq") => 0.3,
            { Slot: "args", Parent: { Kind: "Call" } call } when call.Child("func")!.Text("id") == "range" => 0.75,
            { Slot: "args" or "right" or "left" } => 0.18,
            { Slot: "value", Parent.Kind: "Return" or "Assign" or "AugAssign" } => 0.25,
            _ => 0,
        };
        if (prior == 0 || !site.IsLoad || (node.Kind == "Call" && node.Child("func")!.Text("id") is not ("len" or "max" or "min" or "sum" or "int" or "abs" or null) && node.Slot is not ("upper" or "lower")))
        {
            yield break;
        }

        if (node.Kind == "BinOp" && node.Child("right")! is { Kind: "Constant" } one && one.Text("value") == "1")
        {
            yield break;
        }

        foreach (var sign in new[] { "+", "-" })
        {
            yield return site.Swap("off by one", prior, $"{site.Text} {sign} 1", $"`{Site.Short(site.Text)}` is off by one: it should be `{Site.Short(site.Text)} {sign} 1`", node.Slot == "value" ? "one" : null);
        }
    }

    private static IEnumerable<Proposal> Slices(Site site)
    {
        var (lower, upper) = (site.Node.Child("lower"), site.Node.Child("upper"));
        if (site.Node.Child("step") is not null)
        {
            yield break;
        }

        var (from, to) = (lower is null ? "" : site.TextOf(lower), upper is null ? "" : site.TextOf(upper));
        if (lower is null)
        {
            yield return site.Swap("slice", 0.4, $"1:{to}");
        }
        else if (upper is null)
        {
            yield return site.Swap("slice", 0.4, $":{from}");
            yield return site.Swap("slice", 0.35, $"{from}:-1");
            yield return site.Swap("slice", 0.35, ":");
        }

        if (lower is null && upper is not null)
        {
            yield return site.Swap("slice", 0.4, $"{to}:");
            yield return site.Swap("slice", 0.4, $"-{to}:");
            yield return site.Swap("slice", 0.35, ":");
        }
    }

    private static IEnumerable<Proposal> Ranges(Site site)
    {
        var name = site.Node.Child("func")!.Text("id");
        var arguments = site.Node.List("args");
        if (name == "range" && arguments is [{ HasSpan: true } stop])
        {
            yield return site.Swap("range", 0.6, $"range(1, {site.TextOf(stop)})");
            yield return site.Swap("range", 0.6, $"range(1, {site.TextOf(stop)} + 1)");
        }
        else if (name == "range" && arguments.Count == 2)
        {
            yield return site.Swap("range", 0.3, $"range({site.TextOf(arguments[1])})");
        }
        else if (name == "enumerate" && arguments.Count == 1 && site.Node.List("keywords").Count == 0)
        {
            yield return site.Swap("range", 0.5, $"enumerate({site.TextOf(arguments[0])}, 1)", "the numbering should start at 1");
        }
    }

    private static IEnumerable<Proposal> Constants(Site site)
    {
        var node = site.Node;
        if (node.Text("type") != "int" || !int.TryParse(node.Text("value"), out var value) || !site.IsLoad)
        {
            yield break;
        }

        var index = node.Slot is "lower" or "upper" or "slice" || node.Parent is { Kind: "Call" } call && call.Child("func")!.Text("id") is "range" or "enumerate" or "max" or "min";
        var global = site.Function is null;
        var prior = index ? 0.65 : global ? 0.5 : node.Parent is { Kind: "Compare" } ? 0.4 : value is 0 or 1 ? 0.4 : Math.Abs(value) <= 12 ? 0.25 : 0.06;
        var ofOne = node.Slot == "right" && value == 1 && node.Parent is { Kind: "BinOp" } parent && parent.Text("op") is "Add" or "Sub";
        foreach (var (to, factor) in new[] { (value + 1, 1.0), (value - 1, 1.0), (0, 0.5), (1, 0.5), (-1, 0.45) })
        {
            if (to == value || (ofOne && to == 0) || (to == -1 && (node.Slot != "slice" || value != 0)) || (factor < 1 && to != -1 && Math.Abs(to - value) == 1))
            {
                continue;
            }

            yield return site.Swap("constant", prior * factor, to.ToString(System.Globalization.CultureInfo.InvariantCulture), $"the constant {value} should be {to}");
        }
    }

    /// <summary>A condition that bounds a position on one side only is given the other side, each bound from what the class or function knows.</summary>
    private static IEnumerable<Proposal> Bounds(Site site)
    {
        var condition = site.Node.Ancestors().TakeWhile(node => !node.IsStatement && node.Kind != "comprehension").LastOrDefault(node => node.Is("BoolOp")) ?? site.Node;
        var open = condition.Walk().Where(node => node.Kind == "Compare" && OneSided(node)).ToList();
        if (open.Count == 0 || open[0] != site.Node || open.Count > 2)
        {
            yield break;
        }

        var bounds = UpperBounds(site).Take(8).ToList();
        foreach (var first in bounds)
        {
            if (open.Count == 1)
            {
                yield return Bounded(site, open, [first]);
                continue;
            }

            foreach (var second in bounds)
            {
                yield return Bounded(site, open, [first, second]);
            }
        }
    }

    private static bool OneSided(Node compare) =>
        compare.Texts("ops") is ["LtE" or "Lt"] && compare.Child("left") is { Kind: "Constant" } zero && zero.Text("value") == "0";

    private static Proposal Bounded(Site site, List<Node> open, string[] bounds) => new(
        "bounds", 0.5, [.. open.Select((node, at) => new SourceEdit(site.File.Path, node.End, node.End, $" < {bounds[at]}"))],
        $"`{Site.Short(site.Text)}` checks the lower bound only; the upper one, `{string.Join("` and `", bounds)}`, is missing");

    private static IEnumerable<string> UpperBounds(Site site)
    {
        var type = site.Node.Class;
        if (type is not null && site.Variables.Contains("self"))
        {
            var members = type.List("body").Where(node => node.Kind == "FunctionDef" && node.List("decorator_list").Any(part => part.Text("id") == "property")).Select(node => node.Text("name")!)
                .Concat(type.Walk().Where(node => node.Kind == "Attribute" && node.Child("value")!.Text("id") == "self" && node.Slot == "targets").Select(node => node.Text("attr")!)).Distinct();
            foreach (var member in members)
            {
                yield return $"self.{member}";
            }

            foreach (var member in type.Walk().Where(node => node.Kind == "Attribute" && node.Child("value")!.Text("id") == "self" && node.Slot == "targets").Select(node => node.Text("attr")!).Distinct())
            {
                yield return $"len(self.{member})";
                yield return $"len(self.{member}[0])";
            }
        }

        foreach (var variable in site.Variables.Where(name => name is not ("self" or "cls")))
        {
            yield return $"len({variable})";
            yield return $"len({variable}[0])";
            yield return variable;
        }
    }
}
