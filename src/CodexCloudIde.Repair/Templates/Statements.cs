using CodexCloudIde.Repair.Candidates;
using CodexCloudIde.Repair.Syntax;

namespace CodexCloudIde.Repair.Templates;

/// <summary>Missing, surplus and misplaced statements. Missing ones are taken from the project itself: most of what a fix needs is already there (Barr et al. 2014).</summary>
internal static class Statements
{
    public static IEnumerable<Proposal> Propose(Site site)
    {
        if (!site.Node.IsStatement || site.File.Indent(site.Node) is null)
        {
            return [];
        }

        return Return(site).Concat(Jump(site)).Concat(Remove(site)).Concat(Copy(site)).Concat(Move(site)).Concat(Defaults(site)).Concat(Constructor(site));
    }

    private static IEnumerable<Proposal> Return(Site site)
    {
        var node = site.Node;
        if (site.Function is not { } function || function.Text("name") == "__init__")
        {
            yield break;
        }

        if (node.Kind == "Expr" && node.Child("value") is { } value && !value.Is("Yield", "YieldFrom", "Await") && value.Text("type") != "str")
        {
            yield return new Proposal("return", value.Kind == "Call" ? 0.35 : 0.95, [new SourceEdit(site.File.Path, node.Start, node.Start, "return ")], $"`{Site.Short(site.Text)}` is computed and thrown away: a `return` is missing");
            if (value.Kind == "Call" && value.Child("func") is { Kind: "Attribute" } method && method.Child("value") is { Kind: "Name" or "Attribute" } target && site.TextOf(target) != "self")
            {
                yield return new Proposal("assignment", 0.3, [new SourceEdit(site.File.Path, node.Start, node.Start, $"{site.TextOf(target)} = ")], $"the result of `{Site.Short(site.Text)}` is thrown away");
            }
        }

        // The end of a function that never says what it computed.
        if (node.Parent == function && function.List("body")[^1] == node && node.Kind is not ("Return" or "Raise") && !function.Walk().Any(part => part.Is("Yield", "YieldFrom")))
        {
            var returnsValue = function.Walk().Any(part => part.Kind == "Return" && part.Child("value") is not null && part.Function == function);
            var inner = new Site(site.File, node, site.Index);
            foreach (var name in inner.Variables.Concat(Assigned(node)).Where(name => name is not ("self" or "cls")).Distinct().Concat(returnsValue ? ["None", "True", "False"] : inner.Variables.Contains("self") ? ["self"] : []))
            {
                if (site.Below(node, $"return {name}") is { } edit)
                {
                    yield return new Proposal("return", (returnsValue ? 0.45 : 0.6) * (Assigned(function).Contains(name) ? 1 : 0.6), [edit], $"`{function.Text("name")}` ends without returning `{name}`");
                }
            }
        }
    }

    private static IEnumerable<string> Assigned(Node node) => node.Walk().Where(part => part.Kind == "Name" && part.Slot is "targets" or "target").Select(part => part.Text("id")!);

    private static IEnumerable<Proposal> Jump(Site site)
    {
        switch (site.Node.Kind)
        {
            case "Break":
                yield return site.Swap("jump", 0.55, "continue", "the loop ends where only one element should be left out");
                yield return site.Swap("jump", 0.3, "pass", "the loop ends too early");
                break;
            case "Continue":
                yield return site.Swap("jump", 0.5, "break", "the loop goes on where it should end");
                yield return site.Swap("jump", 0.3, "pass");
                break;
            case "While" when site.Node.List("orelse").Count == 0:
                yield return new Proposal("jump", 0.15, [new SourceEdit(site.File.Path, site.Node.Start, site.Node.Start + 5, "if")], "the loop should run once");
                break;
            case "If" when site.Node.List("orelse").Count == 0 && site.File.Text[site.Node.Start..].StartsWith("if ", StringComparison.Ordinal):
                yield return new Proposal("jump", 0.3, [new SourceEdit(site.File.Path, site.Node.Start, site.Node.Start + 2, "while")], "what is done once has to be repeated");
                if (site.Node.Parent!.List(site.Node.Slot) is var list && list.TakeWhile(other => other != site.Node).LastOrDefault() is { Kind: "If" } previous && previous.List("orelse").Count == 0)
                {
                    yield return new Proposal("jump", 0.35, [new SourceEdit(site.File.Path, site.Node.Start, site.Node.Start, "el")], "the two conditions exclude each other: `elif` is meant");
                }

                break;
        }
    }

    private static IEnumerable<Proposal> Remove(Site site)
    {
        var node = site.Node;
        if (node.Is("FunctionDef", "AsyncFunctionDef", "ClassDef", "Import", "ImportFrom", "Pass", "Return") || (node.Kind == "Expr" && node.Child("value")!.Text("type") == "str") || site.Function is null)
        {
            yield break;
        }

        var siblings = node.Parent!.List(node.Slot);
        var from = site.File.LineStart(node.Start);
        var to = Math.Min(site.File.Text.Length, site.File.LineEnd(node.End) + site.File.NewLine.Length);
        var text = siblings.Count == 1 ? site.File.Indent(node) + "pass" + site.File.NewLine : "";
        var prior = node.Kind switch
        {
            "Expr" or "AugAssign" or "Continue" or "Break" => 0.42,
            "Assign" => 0.36,
            "If" or "Raise" => 0.25,
            _ => 0.12,
        };
        if (siblings.Count == 1 && node.Slot != "body")
        {
            yield break;
        }

        yield return new Proposal("remove", siblings.Count == 1 ? prior * 0.4 : prior, [new SourceEdit(site.File.Path, from, to, text)], $"the statement `{Site.Short(site.Text)}` does not belong there");
    }

    /// <summary>Simple statements and short guards from the same class or module, put below or above this one; their names must mean something here.</summary>
    private static IEnumerable<Proposal> Copy(Site site)
    {
        if (site.Function is not { } function)
        {
            yield break;
        }

        var siblings = site.Node.Parent!.List(site.Node.Slot);
        var last = siblings[^1] == site.Node;
        var known = site.Variables.ToHashSet();
        var below = known.Concat(Assigned(site.Node)).ToHashSet();
        var offered = new HashSet<string>();
        var here = function.List("body").SelectMany(node => node.Walk()).Where(node => node.IsStatement).Select(site.File.Of).ToHashSet();
        foreach (var donor in Donors(site))
        {
            var text = site.TextOf(donor);
            if (text.Length is 0 or > 160 || !offered.Add(text) || text == site.Text)
            {
                continue;
            }

            if (text.Contains('\n', StringComparison.Ordinal))
            {
                var indent = site.File.Indent(donor);
                text = indent is null ? text : text.Replace("\n" + indent, "\n", StringComparison.Ordinal);
            }

            var names = Site.Names(donor).Where(name => site.Index.Callables.GetValueOrDefault(name) is null && !site.Index.IsGlobal(site.File, name)).ToList();
            var sameClass = donor.Class is not null && donor.Class == site.Node.Class;
            var prior = (sameClass ? 0.4 : 0.27) * (donor.Function == function ? 0.75 : 1) * (here.Contains(text) ? 0.7 : 1) * (donor.Kind == "If" ? 0.8 : 1);
            var free = names.Where(name => !IsBoundWithin(donor, name)).ToList();
            if (free.All(known.Contains) && site.Above(site.Node, text) is { } above)
            {
                yield return new Proposal("missing statement", prior, [above], $"`{Site.Short(text)}` is missing");
            }

            if (last && free.All(below.Contains) && site.Node.Kind is not ("Return" or "Raise" or "Continue" or "Break") && site.Below(site.Node, text) is { } after)
            {
                yield return new Proposal("missing statement", prior, [after], $"`{Site.Short(text)}` is missing");
            }

            // The same statement for its neighbour: one name changed to another one of the same type.
            foreach (var own in donor.Function == function && donor.Kind == "Expr" && free.All(known.Contains) ? free.Where(name => site.TypesOf(name).Count > 0).ToList() : [])
            {
                foreach (var name in known.Where(name => name != own && site.TypesOf(name).Intersect(site.TypesOf(own)).Any()).Take(3))
                {
                    var twin = Renamed(site, donor, text, own, name);
                    foreach (var edit in new[] { site.Above(site.Node, twin), last && site.Node.Kind is not ("Return" or "Raise" or "Continue" or "Break") ? site.Below(site.Node, twin) : null }.OfType<SourceEdit>())
                    {
                        yield return new Proposal("missing statement", here.Contains(twin) ? 0.12 : 0.33, [edit], $"`{Site.Short(twin)}` is missing beside `{Site.Short(text)}`");
                    }
                }
            }

            // The same statement with one name changed to one that is known here.
            if (free.Count(name => !known.Contains(name)) == 1 && donor.Kind != "If")
            {
                var foreign = free.First(name => !known.Contains(name));
                foreach (var name in known.Where(name => name is not ("self" or "cls")).Take(5))
                {
                    if (site.Above(site.Node, Renamed(site, donor, text, foreign, name)) is { } renamed)
                    {
                        yield return new Proposal("missing statement", prior * 0.7, [renamed], "a statement is missing");
                    }
                }
            }
        }
    }

    private static string Renamed(Site site, Node donor, string text, string from, string to)
    {
        var result = text;
        foreach (var name in donor.Walk().Where(part => part.Kind == "Name" && part.Text("id") == from && part.HasSpan).OrderByDescending(part => part.Start))
        {
            var at = name.Start - donor.Start;
            if (at + from.Length <= result.Length && result[at..].StartsWith(from, StringComparison.Ordinal))
            {
                result = result[..at] + to + result[(at + from.Length)..];
            }
        }

        return result;
    }

    private static bool IsBoundWithin(Node donor, string name) =>
        donor.Walk().Any(part => part.Kind == "Name" && part.Text("id") == name && (part.Slot == "target" || (part.Slot == "targets" && donor.Kind == "Assign" && part.Parent == donor && donor.Child("value") is { } value && !Site.Names(value).Contains(name))));

    private static IEnumerable<Node> Donors(Site site)
    {
        var all = site.File.Root.Walk().Where(node => node.IsStatement && node.Function is not null && node != site.Node
            && (node.Is("Expr", "Assign", "AugAssign", "Raise", "Continue", "Break", "Return", "Delete") || (node.Kind == "If" && node.List("orelse").Count == 0 && node.List("body").Count == 1 && node.List("body")[0].Is("Return", "Raise", "Continue", "Expr", "Assign")))
            && !(node.Kind == "Expr" && node.Child("value")!.Text("type") == "str"));
        var inLoop = site.Node.Ancestors().TakeWhile(node => node != site.Function).Any(node => node.Is("For", "While"));
        return all.Where(node => inLoop || !node.Walk().Any(part => part.Is("Continue", "Break"))).Where(node => node.Kind is not "Return" || node.Child("value") is null or { Kind: "Constant" or "Name" })
            .OrderByDescending(node => node.Class == site.Node.Class).ThenBy(node => Math.Abs(node.Line - site.Node.Line)).Take(40);
    }

    private static IEnumerable<Proposal> Move(Site site)
    {
        var node = site.Node;
        var siblings = node.Parent!.List(node.Slot);
        var at = siblings.TakeWhile(other => other != node).Count();
        if (at + 1 < siblings.Count && node.Kind == "Assign" && siblings[at + 1] is { Kind: "Assign", HasSpan: true } back && node.List("targets") is [{ HasSpan: true } one] && back.List("targets") is [{ HasSpan: true } two]
            && site.TextOf(node.Child("value")!) == site.TextOf(two) && site.TextOf(back.Child("value")!) == site.TextOf(one))
        {
            yield return new Proposal("exchange", 0.95, [new SourceEdit(site.File.Path, node.Start, back.End, $"{site.TextOf(one)}, {site.TextOf(two)} = {site.TextOf(two)}, {site.TextOf(one)}")],
                $"`{Site.Short(site.Text)}` overwrites `{site.TextOf(one)}` before it is needed: the two have to change places at once");
        }

        if (at + 1 < siblings.Count && siblings[at + 1] is { HasSpan: true } next && site.Function is not null && !node.Is("FunctionDef", "ClassDef") && !next.Is("FunctionDef", "ClassDef") && site.File.Indent(next) is not null)
        {
            yield return new Proposal("order", 0.3, [site.Replace(node, site.TextOf(next)), site.Replace(next, site.Text)], $"`{Site.Short(site.Text)}` has to come after `{Site.Short(site.TextOf(next))}`");
        }

        // The last statement of a loop or branch belongs behind it, or the first behind it belongs inside.
        if (node == siblings[^1] && siblings.Count > 1 && node.Slot is "body" or "orelse" && node.Parent is { } block && block.Is("For", "While", "If", "With", "Try") && site.Function is not null && block.List("orelse").Count == 0 | node.Slot == "orelse"
            && !node.Is("Continue", "Break") && site.File.Indent(block) is { } outer && !site.Text.Contains('\n', StringComparison.Ordinal))
        {
            var from = site.File.LineStart(node.Start);
            yield return new Proposal("indentation", block.Is("For", "While") ? 0.6 : 0.35, [new SourceEdit(site.File.Path, from, node.Start, outer)], $"`{Site.Short(site.Text)}` belongs behind the `{block.Kind.ToLowerInvariant()}`, not inside it");
        }

        if (at > 0 && siblings[at - 1] is { } before && before.Is("For", "While", "If") && before.List("orelse").Count == 0 && site.File.Indent(before.List("body")[^1]) is { } inner && !site.Text.Contains('\n', StringComparison.Ordinal))
        {
            var from = site.File.LineStart(node.Start);
            yield return new Proposal("indentation", 0.35, [new SourceEdit(site.File.Path, from, node.Start, inner)], $"`{Site.Short(site.Text)}` belongs inside the `{before.Kind.ToLowerInvariant()}` above it");
        }
    }

    /// <summary>A list or dictionary as default value is one object for all calls.</summary>
    private static IEnumerable<Proposal> Defaults(Site site)
    {
        if (site.Node.Kind != "FunctionDef" || site.Node.Child("args") is not { } arguments)
        {
            yield break;
        }

        var parameters = arguments.List("args");
        var values = arguments.List("defaults");
        var first = site.Node.List("body").FirstOrDefault(node => !(node.Kind == "Expr" && node.Child("value")!.Text("type") == "str"));
        for (var at = 0; at < values.Count; at++)
        {
            var name = parameters[parameters.Count - values.Count + at].Text("arg");
            if (values[at].Is("List", "Dict", "Set", "Call") && first is not null && site.Above(first, $"if {name} is None:\n    {name} = {site.TextOf(values[at])}") is { } fresh)
            {
                yield return new Proposal("shared default", 0.9, [site.Replace(values[at], "None"), fresh], $"the default `{name}={site.TextOf(values[at])}` is one object shared by all calls");
            }
        }
    }

    /// <summary>A constructor that does not call its base's, with the arguments that both name alike.</summary>
    private static IEnumerable<Proposal> Constructor(Site site)
    {
        if (site.Node.Kind != "FunctionDef" || site.Node.Text("name") != "__init__" || site.Node.Class is not { } type || type.List("bases").Count == 0 || site.Text.Contains("super()", StringComparison.Ordinal))
        {
            yield break;
        }

        var own = Site.Parameters(site.Node).Skip(1).ToList();
        var bases = type.List("bases").Select(part => part.Text("id")).OfType<string>().SelectMany(name => site.Index.Callables.GetValueOrDefault(name) ?? []);
        var taken = bases.Select(part => part.List("body").FirstOrDefault(node => node.Text("name") == "__init__")).OfType<Node>().Select(node => Site.Parameters(node).Skip(1).Where(own.Contains)).FirstOrDefault() ?? own;
        foreach (var arguments in new[] { string.Join(", ", taken), string.Join(", ", own), "" }.Distinct())
        {
            if (site.Above(site.Node.List("body")[0], $"super().__init__({arguments})") is { } call)
            {
                yield return new Proposal("missing statement", 0.8, [call], $"`{type.Text("name")}` never initialises its base class");
            }
        }
    }
}
