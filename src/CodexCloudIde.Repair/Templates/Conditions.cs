using CodexCloudIde.Repair.Candidates;

namespace CodexCloudIde.Repair.Templates;

/// <summary>A condition that is missing: a part of one, the whole around a statement, a base case; and what is empty taken for what is not there.</summary>
internal static class Conditions
{
    public static IEnumerable<Proposal> Propose(Site site)
    {
        if (site.Function is null)
        {
            return [];
        }

        if (site.Node.IsStatement)
        {
            return site.File.Indent(site.Node) is null ? [] : Around(site).Concat(BaseCase(site)).Concat(Skipped(site));
        }

        return Falsy(site).Concat(Joined(site));
    }

    /// <summary>Elements that a loop should pass over, by what their attributes say or by what they are.</summary>
    private static IEnumerable<Proposal> Skipped(Site site)
    {
        if (site.Node.Parent is not { Kind: "For" } loop || site.Node.Slot != "body" || loop.List("body")[0] != site.Node || loop.Child("target") is not { Kind: "Name" } target)
        {
            yield break;
        }

        var name = target.Text("id")!;
        var asked = new List<(string Text, double Prior)> { ($"not {name}", 0.3), ($"{name} is None", site.TypesOf(name).Contains("NoneType") ? 0.5 : 0.1) };
        foreach (var (attribute, kinds) in site.TypesOf(name).SelectMany(kind => site.Index.Observation.Types.Members(kind)))
        {
            if (kinds.Contains("bool"))
            {
                asked.Add(($"{name}.{attribute}", 0.45));
                asked.Add(($"not {name}.{attribute}", 0.4));
            }
            else if (kinds.Contains("NoneType"))
            {
                asked.Add(($"{name}.{attribute} is None", 0.35));
            }
        }

        asked.AddRange(Askable(site).Where(entry => entry.Text.Contains(name, StringComparison.Ordinal)).Select(entry => (entry.Text, entry.Prior * 0.8)));
        foreach (var (condition, prior) in asked)
        {
            if (site.Above(site.Node, $"if {condition}:\n    continue") is { } skip)
            {
                yield return new Proposal("condition", prior, [skip], $"the loop should pass over elements for which `{condition}`", "surplus");
            }
        }
    }

    private static IEnumerable<Proposal> Falsy(Site site)
    {
        var node = site.Node;
        if (node.Is("Name", "Attribute", "Call") && node.Slot is "test" or "ifs" or "values" or "operand" && node.Parent!.Is("If", "IfExp", "While", "comprehension", "BoolOp", "UnaryOp"))
        {
            if (node.Parent is { Kind: "UnaryOp" } negation && negation.Text("op") == "Not" && negation.HasSpan)
            {
                yield return new Proposal("none", 0.42, [site.Replace(negation, $"{site.Text} is None")], $"`{Site.Short(site.TextOf(negation))}` also holds for zero and what is empty; only None is meant");
            }
            else if (node.Parent is not { Kind: "UnaryOp" } && !(node.Parent is { Kind: "BoolOp" } choice && choice.Slot is "value" or "args"))
            {
                yield return site.Swap("none", 0.42, $"{site.Text} is not None", $"`{site.Text}` is false for zero and what is empty too; only None is meant");
            }
        }

        if (node.Kind == "BoolOp" && node.Text("op") == "Or" && node.Slot is "value" or "args" && node.List("values") is [{ HasSpan: true, Kind: "Name" or "Attribute" } first, { HasSpan: true } second])
        {
            yield return site.Swap("none", 0.4, $"{site.TextOf(first)} if {site.TextOf(first)} is not None else {site.TextOf(second)}", $"`{Site.Short(site.Text)}` replaces zero and what is empty too; only None is meant");
        }
    }

    private static IEnumerable<Proposal> Joined(Site site)
    {
        var node = site.Node;
        var condition = node.Slot is "test" or "ifs" || (node.Slot == "value" && node.Parent is { Kind: "Return" } && node.Is("Compare", "BoolOp", "UnaryOp", "Call"))
            || (node.Slot == "elt" && node.Parent is { Kind: "GeneratorExp" } && node.Kind == "Compare");
        if (!condition || !node.HasSpan || (node.Slot == "value" && node.Kind == "Call" && !site.Index.Signs(site.File.Path, node.Line).Contains("bool")))
        {
            yield break;
        }

        foreach (var (other, prior) in Askable(site))
        {
            foreach (var (sign, factor) in new[] { ("and", 1.0), ("or", 0.85) })
            {
                var left = node is { Kind: "BoolOp" } joined && joined.Text("op") != (sign == "and" ? "And" : "Or") || node.Kind is "IfExp" or "Lambda" ? $"({site.Text})" : site.Text;
                yield return site.Swap("condition", prior * factor, $"{left} {sign} {other}", $"`{Site.Short(site.Text)}` does not ask whether `{other}`");
            }
        }
    }

    private static IEnumerable<(string Text, double Prior)> Askable(Site site)
    {
        var known = site.Variables.Concat(site.Node.Ancestors().Where(node => node.Is("ListComp", "SetComp", "DictComp", "GeneratorExp")).SelectMany(node => node.List("generators"))
            .SelectMany(part => part.Child("target")!.Walk()).Select(node => node.Text("id")).OfType<string>()).ToHashSet();
        var here = site.Node.Walk().Where(node => node.HasSpan).Select(site.TextOf).ToHashSet();
        foreach (var test in site.Index.Tests(site.File))
        {
            var text = site.TextOf(test);
            if (!here.Contains(text) && test.Statement != site.Statement && Site.Names(test).All(name => known.Contains(name) || site.Index.IsGlobal(site.File, name)) && Site.Names(test).Any(known.Contains))
            {
                yield return (text, test.Function == site.Function ? 0.22 : test.Class is not null && test.Class == site.Node.Class ? 0.3 : 0.26);
            }
        }

        foreach (var name in site.Variables.Where(name => name is not ("self" or "cls")).Reverse().Take(6))
        {
            var unread = site.Unread.Contains(name) ? 2.5 : 1;
            var kinds = site.TypesOf(name);
            if (kinds.Contains("NoneType"))
            {
                yield return ($"{name} is not None", 0.3);
            }

            if (kinds.Contains("bool") || unread > 1)
            {
                yield return (name, 0.2 * unread);
                yield return ($"not {name}", 0.18 * unread);
            }

            foreach (var other in site.Variables.Concat(site.SelfMembers).Where(other => other != name && other is not ("self" or "cls")).Reverse().Take(6))
            {
                var otherKinds = site.TypesOf(other);
                if (otherKinds.Any(kind => kind is "set" or "list" or "dict" or "frozenset" or "tuple" or "defaultdict"))
                {
                    yield return ($"{name} not in {other}", 0.15 * unread);
                    yield return ($"{name} in {other}", 0.12 * unread);
                    if (kinds.Contains("int") && otherKinds.Any(kind => kind is "list" or "tuple"))
                    {
                        yield return ($"{name} < len({other})", 0.2 * unread);
                    }
                }
                else if (site.IsNumber(name) && site.IsNumber(other))
                {
                    foreach (var sign in new[] { "<", "<=", ">", ">=", "!=" })
                    {
                        yield return ($"{name} {sign} {other}", 0.1 * unread);
                    }
                }
            }

            if (kinds.Contains("int"))
            {
                yield return ($"{name} > 0", 0.16 * unread);
                yield return ($"{name} >= 0", 0.16 * unread);
            }
        }
    }

    /// <summary>A statement that should be done under a condition only.</summary>
    private static IEnumerable<Proposal> Around(Site site)
    {
        if (!site.Node.Is("Expr", "AugAssign", "Assign", "Raise", "Continue", "Break") || (site.Node.Kind == "Expr" && site.Node.Child("value") is { Kind: "Constant" }) || site.Text.Contains('\n', StringComparison.Ordinal)
            || (site.Node.Kind == "Assign" && site.Node.List("targets").Any(target => target.Kind == "Name" && !site.Variables.Contains(target.Text("id")!))))
        {
            yield break;
        }

        var asked = new List<(string Text, double Prior)>();
        if (site.Node.Child("value") is { Kind: "Call" } call && call.Child("func") is { Kind: "Attribute" } method && method.Text("attr") is "append" or "add" && call.List("args") is [{ HasSpan: true } element])
        {
            asked.Add(($"{site.TextOf(element)} not in {site.TextOf(method.Child("value")!)}", 0.4));
            asked.Add((site.TextOf(element), 0.35));
            asked.Add(($"{site.TextOf(element)} is not None", 0.25));
        }

        asked.AddRange(Askable(site).Select(entry => (entry.Text, entry.Prior * 0.8)));
        var indent = site.File.Indent(site.Node)!;
        foreach (var (condition, prior) in asked)
        {
            yield return new Proposal("condition", prior, [site.Replace(site.Node, $"if {condition}:{site.File.NewLine}{indent}    {site.Text}")], $"`{Site.Short(site.Text)}` is done always, where it should be done only `if {condition}`", "surplus");
        }
    }

    /// <summary>The end of a recursion, or what holds for nothing at all, is missing at the start of the function.</summary>
    private static IEnumerable<Proposal> BaseCase(Site site)
    {
        var function = site.Function!;
        var body = function.List("body").Where(node => !(node.Kind == "Expr" && node.Child("value") is { Kind: "Constant" })).ToList();
        var at = body.IndexOf(site.Node);
        if (at is < 0 or > 3 || !body.Any(node => node.Walk().Any(part => part.Kind is "Return" or "Yield")))
        {
            yield break;
        }

        var recursive = function.Walk().Any(node => node.Kind == "Call" && (node.Child("func")!.Text("id") ?? node.Child("func")!.Text("attr")) == function.Text("name"));
        var endless = site.Index.Observation.Failing.Any(test => test.Failure?.Type is "RecursionError" or "Hang");
        var empty = site.Failure?.Type is "IndexError" or "ValueError" or "StopIteration" or "ZeroDivisionError" or "KeyError";
        // Failed below its own call: the recursion went one step too far.
        var deep = recursive && site.Index.Observation.Failing.Any(test => test.Failure?.Frames.Count(frame => frame.Function == function.Text("name") && frame.Path == site.File.Path) > 1);
        var factor = recursive && (endless || deep) ? 1.6 : empty ? 1.2 : recursive ? 0.9 : 0.5;
        var generator = function.Walk().Any(node => node.Is("Yield", "YieldFrom"));
        var values = generator ? [("", 1.0)] : Guards.Returns(site).Take(6).Append(("1", 0.6)).Concat(site.Variables.Where(name => name is not ("self" or "cls")).Select(name => (name, 0.85))).DistinctBy(value => value.Item1).Take(12).ToList();
        foreach (var name in site.Variables.Where(name => name is not ("self" or "cls")).Take(5))
        {
            var kinds = site.TypesOf(name);
            var conditions = kinds.Any(kind => kind is "int" or "float") ? new[] { ($"{name} == 0", 0.45), ($"{name} <= 0", 0.42), ($"{name} == 1", 0.4), ($"{name} <= 1", 0.42) }
                : kinds.Contains("NoneType") ? [($"{name} is None", 0.5)]
                : kinds.Count == 0 || kinds.Any(kind => kind is "list" or "str" or "tuple" or "dict" or "set" or "bytes") ? [($"not {name}", 0.45), ($"len({name}) <= 1", 0.35), ($"len({name}) == 1", 0.3)] : [($"{name} is None", 0.25)];
            foreach (var (condition, likely) in conditions)
            {
                foreach (var (value, fits) in values)
                {
                    if (site.Above(site.Node, $"if {condition}:\n    return{(value.Length > 0 ? " " + value : "")}") is { } edit)
                    {
                        var why = recursive ? $"the recursion of `{function.Text("name")}` has no end for `{condition}`" : $"`{function.Text("name")}` does not treat the case `{condition}`";
                        yield return new Proposal("base case", Math.Min(0.85, likely * fits * factor), [edit], value.Length > 0 ? $"{why}; it then returns `{value}`" : why);
                    }
                }
            }
        }
    }
}
