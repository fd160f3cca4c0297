using CodexCloudIde.Repair.Candidates;
using CodexCloudIde.Repair.Syntax;

namespace CodexCloudIde.Repair.Templates;

/// <summary>
/// Values that have to grow, move on or be kept, and do not: an assignment that overwrites where it should add up, a loop variable that never advances, a collection or an
/// attribute that nothing fills, what a loop has gathered and nobody takes when it ends.
/// </summary>
internal static class Updates
{
    private static readonly HashSet<string> Filled = ["append", "add", "extend", "insert", "appendleft", "update", "setdefault", "push"];

    public static IEnumerable<Proposal> Propose(Site site)
    {
        if (site.Function is null || !site.Node.IsStatement || site.File.Indent(site.Node) is null)
        {
            return [];
        }

        return Accumulate(site).Concat(Missing(site)).Concat(AfterLoop(site));
    }

    private static IEnumerable<Proposal> Accumulate(Site site)
    {
        if (site.Node.Kind == "AugAssign" && site.Node.Child("target") is { Kind: "Name", HasSpan: true } stepped)
        {
            foreach (var other in site.Variables.Where(variable => variable != stepped.Text("id") && variable is not ("self" or "cls")).Reverse().Take(6))
            {
                yield return site.Swap("assignment", 0.3, $"{stepped.Text("id")} = {other}", $"`{Site.Short(site.Text)}` steps where `{stepped.Text("id")}` should become `{other}`");
            }
        }

        if (site.Node.Kind != "Assign" || site.Node.List("targets") is not [{ HasSpan: true } target] || site.Node.Child("value") is not { HasSpan: true } value || !target.Is("Name", "Attribute", "Subscript"))
        {
            yield break;
        }

        var (name, text) = (site.TextOf(target), site.TextOf(value));
        if (!site.MayBeNumber(name) && !site.TypesOf(name).Any(type => type is "str" or "list" or "set" || site.Index.Callables.GetValueOrDefault(type) is [{ Kind: "ClassDef" } own] && own.List("body").Any(node => node.Text("name") == "__add__")))
        {
            yield break;
        }

        // Something has to be there to add to: a value from before, an attribute, an entry.
        var known = target.Kind != "Name" || site.Variables.Contains(name);
        if (!known)
        {
            yield break;
        }

        var why = $"`{Site.Short(site.Text)}` overwrites `{name}`, which should add up";
        var prior = site.Loop is not null ? 0.7 : target.Kind == "Name" ? 0.3 : 0.45;
        yield return site.Swap("accumulate", prior, $"{name} += {text}", why);
        yield return site.Swap("accumulate", prior * 0.6, $"{name} -= {text}", $"`{Site.Short(site.Text)}` overwrites `{name}`, which should count down");
        yield return site.Swap("accumulate", prior * 0.35, $"{name} *= {text}", why);
        yield return site.Swap("accumulate", prior * 0.3, $"{name} |= {text}", why);
        if (target.Kind == "Subscript" && target.Child("value") is { HasSpan: true } map && target.Child("slice") is { HasSpan: true } key)
        {
            yield return site.Swap("accumulate", prior, $"{name} = {site.TextOf(map)}.get({site.TextOf(key)}, 0) + {text}", why);
        }
    }

    private static IEnumerable<Proposal> Missing(Site site)
    {
        var siblings = site.Node.Parent!.List(site.Node.Slot);
        var last = siblings[^1] == site.Node && site.Node.Kind is not ("Return" or "Raise" or "Continue" or "Break");
        var above = Statements(site, site.Variables).ToList();
        foreach (var (text, prior, why) in above)
        {
            if (site.Above(site.Node, text) is { } edit)
            {
                yield return new Proposal("missing statement", prior, [edit], why);
            }
        }

        if (!last)
        {
            yield break;
        }

        var bound = Site.Bound(site.Node);
        foreach (var (text, prior, why) in Statements(site, [.. site.Variables.Concat(bound).Distinct()]))
        {
            if (site.Below(site.Node, text) is { } edit)
            {
                yield return new Proposal("missing statement", prior * 1.05, [edit], why);
            }
        }
    }

    private static IEnumerable<(string Text, double Prior, string Why)> Statements(Site site, IReadOnlyList<string> known)
    {
        var names = known.Where(name => name is not ("self" or "cls")).Reverse().Take(7).ToList();
        foreach (var entry in site.Loop is { } loop ? Advances(site, loop, known, names) : [])
        {
            yield return entry;
        }

        foreach (var container in known.Concat(site.SelfMembers).Where(name => name is not ("self" or "cls")))
        {
            foreach (var entry in Fills(site, container, names))
            {
                yield return entry;
            }
        }

        foreach (var member in site.SelfMembers.Where(member => site.Function!.Text("name") != "__init__" && site.IsNumber(member)))
        {
            var prior = Changed(site, member) ? 0.14 : 0.3;
            foreach (var text in new[] { $"{member} += 1", $"{member} -= 1" }.Concat(names.Where(site.IsNumber).SelectMany(name => new[] { $"{member} += {name}", $"{member} -= {name}" })))
            {
                yield return (text, prior, $"nothing here updates `{member}`: `{text}` is missing");
            }
        }

        foreach (var (target, first) in Beginnings(site, known))
        {
            yield return ($"{target} = {first}", target.StartsWith("self.", StringComparison.Ordinal) && first is "[]" or "{}" or "set()" ? 0.14 : 0.26, $"`{target}` is not set back to `{first}`");
        }

        foreach (var member in site.SelfMembers.Where(member => !Changed(site, member)))
        {
            foreach (var name in names.Take(4).Where(name => member == $"self.{name}" || member == $"self._{name}" || Words.Likeness(name, member[5..]) > 0.55))
            {
                yield return ($"{member} = {name}", 0.4, $"`{name}` is not kept in `{member}`");
            }
        }

        foreach (var unread in names.Where(name => site.Unread.Contains(name)))
        {
            foreach (var text in Calls(site, unread, names))
            {
                yield return (text, 0.5, $"nothing uses `{unread}`: `{text}` is missing");
            }
        }
    }

    /// <summary>A variable that a loop reads, that was set before it and that the loop never sets, stands still.</summary>
    private static IEnumerable<(string Text, double Prior, string Why)> Advances(Site site, Node loop, IReadOnlyList<string> known, List<string> names)
    {
        var read = loop.Walk().Where(node => node.Kind == "Name" && node.Slot is not ("targets" or "target")).Select(node => node.Text("id")!).ToHashSet();
        var set = Site.Bound(loop).ToHashSet();
        var parameters = Site.Parameters(site.Function!).ToHashSet();
        var tested = loop.Kind == "While" ? Site.Names(loop.Child("test")!).ToHashSet() : [];
        foreach (var still in known.Where(name => name is not ("self" or "cls") && read.Contains(name) && !set.Contains(name)))
        {
            var prior = tested.Contains(still) ? 0.65 : parameters.Contains(still) ? 0.2 : 0.5;
            var why = $"the loop never changes `{still}`";
            if (site.IsNumber(still))
            {
                yield return ($"{still} += 1", prior, why + ", which has to advance");
                yield return ($"{still} -= 1", prior * 0.9, why + ", which has to count down");
                foreach (var step in site.Index.Steps(site.File))
                {
                    yield return ($"{still} += {step}", prior * 0.6, why);
                }

                foreach (var other in names.Where(name => name != still && site.IsNumber(name)))
                {
                    yield return ($"{still} += {other}", prior * 0.6, why);
                    yield return ($"{still} -= {other}", prior * 0.5, why);
                }
            }

            foreach (var step in site.Index.Increments(site.File).Where(step => Site.Names(step).All(name => known.Contains(name) || site.Index.IsGlobal(site.File, name)) && step.Walk().Any(node => node.Kind is "Call" or "Name" or "Attribute")))
            {
                yield return ($"{still} += {site.TextOf(step)}", prior * 0.8, why + ", which has to advance");
            }

            foreach (var other in names.Where(name => name != still && set.Contains(name)))
            {
                yield return ($"{still} = {other}", prior * 0.95, why + $": it should become `{other}`");
            }
        }

        foreach (var counted in set.Where(name => known.Contains(name) && site.IsNumber(name)))
        {
            yield return ($"{counted} += 1", 0.22, $"`{counted}` does not advance here");
            yield return ($"{counted} -= 1", 0.16, $"`{counted}` does not count down here");
        }
    }

    private static IEnumerable<(string Text, double Prior, string Why)> Fills(Site site, string container, List<string> names)
    {
        var kinds = site.TypesOf(container);
        var filled = Changed(site, container);
        var prior = filled ? 0.17 : container.StartsWith("self.", StringComparison.Ordinal) ? 0.3 : 0.5;
        if (site.Loop?.Child("iter") is { } walked && site.TextOf(walked) == container)
        {
            yield break;
        }

        // What was handed in is seldom meant to change.
        prior *= Site.Parameters(site.Function!).Contains(container) ? 0.4 : 1;
        var values = names.Where(name => name != container).Take(5).ToList();
        foreach (var text in kinds.SelectMany(kind => kind switch
        {
            "set" => values.SelectMany(value => new[] { $"{container}.add({value})", $"{container}.discard({value})" }),
            "list" => values.SelectMany(value => new[] { $"{container}.append({value})", $"{container}.remove({value})" }).Concat(Together(container, values)).Concat([$"{container}.pop()", $"{container}.sort()", $"{container}.clear()"]),
            "deque" => values.Select(value => $"{container}.append({value})"),
            "dict" or "defaultdict" or "OrderedDict" or "Counter" => values.SelectMany(key => values.Where(value => value != key).Select(value => $"{container}[{key}] = {value}").Append($"{container}.pop({key}, None)")),
            _ => [],
        }).Distinct())
        {
            var removing = text.Contains(".clear(", StringComparison.Ordinal) || text.Contains(".discard(", StringComparison.Ordinal) || text.Contains(".remove(", StringComparison.Ordinal) || text.Contains(".pop(", StringComparison.Ordinal) || text.EndsWith(".sort()", StringComparison.Ordinal);
            yield return (text, removing ? (filled && !Undone(site, container, text) ? 0.15 : filled ? 0.36 : 0.28) : prior, $"`{text}` is missing");
        }
    }

    /// <summary>Two neighbours as one element.</summary>
    private static IEnumerable<string> Together(string container, List<string> values) => values.Zip(values.Skip(1), (second, first) => $"{container}.append(({first}, {second}))").Take(2);

    /// <summary>Whether the removal would undo what the function itself adds and never takes away.</summary>
    private static bool Undone(Site site, string container, string removal)
    {
        var element = removal[(removal.IndexOf('(', StringComparison.Ordinal) + 1)..^1];
        var calls = site.Function!.Walk().Where(node => node.Kind == "Call" && node.Child("func") is { Kind: "Attribute" } method && site.TextOf(method.Child("value")!) == container).Select(site.TextOf).ToList();
        return element.Length > 0 && calls.Any(call => call.EndsWith($"({element})", StringComparison.Ordinal)) && !calls.Any(call => call.Contains(".discard(", StringComparison.Ordinal) || call.Contains(".remove(", StringComparison.Ordinal) || call.Contains(".pop(", StringComparison.Ordinal));
    }

    /// <summary>Whether the function changes a variable or attribute.</summary>
    private static bool Changed(Site site, string name) => site.Function!.List("body").SelectMany(node => node.Walk()).Any(node =>
        (node.Kind == "Call" && node.Child("func") is { Kind: "Attribute" } method && Filled.Contains(method.Text("attr")!) && site.TextOf(method.Child("value")!) == name)
        || (node.Kind == "Subscript" && node.Slot is "targets" or "target" && site.TextOf(node.Child("value")!) == name)
        || (node.Kind == "AugAssign" && site.TextOf(node.Child("target")!) == name)
        || (node.Kind == "Attribute" && node.Slot == "targets" && site.TextOf(node) == name));

    /// <summary>What variables and attributes begin with.</summary>
    private static IEnumerable<(string Target, string First)> Beginnings(Site site, IReadOnlyList<string> known)
    {
        var constructor = site.Node.Class?.List("body").FirstOrDefault(node => node.Text("name") == "__init__");
        var places = site.Loop is null ? [] : site.Function!.List("body").Where(node => node.Start < site.Node.Start);
        foreach (var node in places.Concat(constructor is not null && constructor != site.Function ? constructor.List("body") : []))
        {
            if (node.Kind == "Assign" && node.List("targets") is [{ HasSpan: true } target] && node.Child("value") is { HasSpan: true } value && IsBlank(value)
                && (target.Kind == "Attribute" || known.Contains(target.Text("id") ?? "")))
            {
                yield return (site.TextOf(target), site.TextOf(value));
            }
        }
    }

    private static bool IsBlank(Node value) => value.Kind == "Constant" || (value.Is("List", "Tuple") && value.List("elts").Count == 0) || (value.Kind == "Dict" && value.List("keys").Count == 0)
        || (value.Kind == "Call" && value.List("args").Count == 0 && value.Child("func")!.Text("id") is "set" or "list" or "dict" or "deque");

    /// <summary>Calls for their effect that the project makes elsewhere, made on this object.</summary>
    private static IEnumerable<string> Calls(Site site, string subject, List<string> names)
    {
        var kinds = site.TypesOf(subject);
        foreach (var type in kinds.SelectMany(kind => site.Index.Callables.GetValueOrDefault(kind) ?? []).Where(node => node.Kind == "ClassDef"))
        {
            foreach (var method in type.List("body").Where(node => node.Kind == "FunctionDef" && !node.Text("name")!.StartsWith('_')))
            {
                var parameters = Site.Parameters(method).Skip(1).ToList();
                if (parameters.Count == 0)
                {
                    yield return $"{subject}.{method.Text("name")}()";
                }
                else if (parameters.Count == 1)
                {
                    foreach (var name in names.Where(name => name != subject).OrderByDescending(name => Words.Likeness(name, parameters[0])).Take(3))
                    {
                        yield return $"{subject}.{method.Text("name")}({name})";
                    }
                }
            }
        }

        foreach (var callable in site.Index.Callables.Keys.Take(200))
        {
            if (site.Index.Callables[callable] is [{ Kind: "FunctionDef" } function] && function.Class is null && Site.Parameters(function).Count() == 1 && site.File.Root.List("body").Contains(function) && function != site.Function)
            {
                yield return $"{callable}({subject})";
            }
        }
    }

    /// <summary>What the loop does on the way has to be done once more at its end.</summary>
    private static IEnumerable<Proposal> AfterLoop(Site site)
    {
        var siblings = site.Node.Parent!.List(site.Node.Slot);
        var at = siblings.TakeWhile(node => node != site.Node).Count();
        var before = at > 0 ? siblings[at - 1] : null;
        var isLast = at == siblings.Count - 1;
        var loop = before is { Kind: "For" or "While" } ? before : isLast && site.Node.Is("For", "While") ? site.Node : null;
        if (loop is null)
        {
            yield break;
        }

        foreach (var donor in loop.Walk().Where(node => node.IsStatement && node.Kind == "Expr" && node.HasSpan && site.TextOf(node).Length < 100))
        {
            var text = site.TextOf(donor);
            var names = Site.Names(donor).ToList();
            var gathered = donor.Walk().Where(node => node.Kind == "Name" && node.Slot is "args" or "value" && node.Parent is not { Kind: "Attribute" }).Select(node => node.Text("id")!).LastOrDefault();
            var bare = donor.Child("value") is { Kind: "Call" } call && call.List("args").Count == 0 && call.Child("func") is { Kind: "Name" };
            if (bare && (loop == before ? site.Above(site.Node, text) : site.Below(site.Node, text)) is { } ending)
            {
                yield return new Proposal("missing statement", 0.45, [ending], $"`{text}` has to be done once more when the loop ends", "missing");
            }

            if (gathered is null || (loop.Kind == "For" && loop.Child("target")!.Walk().Any(node => node.Text("id") == gathered)))
            {
                continue;
            }

            foreach (var (whole, prior) in new[] { ($"if {gathered}:\n    {text}", 0.5), (text, 0.4) })
            {
                if ((loop == before ? site.Above(site.Node, whole) : site.Below(site.Node, whole)) is { } edit)
                {
                    yield return new Proposal("missing statement", prior, [edit], $"what the loop has gathered in `{gathered}` when it ends is lost", "missing");
                }
            }
        }
    }
}
