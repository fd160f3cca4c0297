using CodexCloudIde.Repair.Candidates;

namespace CodexCloudIde.Repair.Templates;

/// <summary>Wrong variable, attribute, function, exception.</summary>
internal static class Naming
{
    private static readonly HashSet<string> Fixed = ["self", "cls", "True", "False", "None", "super"];

    public static IEnumerable<Proposal> Propose(Site site) => site.Node.Kind switch
    {
        "Name" => Variables(site),
        "Attribute" => Attributes(site),
        _ => [],
    };

    private static IEnumerable<Proposal> Variables(Site site)
    {
        var name = site.Node.Text("id")!;
        if (Fixed.Contains(name) || !site.IsLoad)
        {
            yield break;
        }

        if (site.Node.Slot == "type" || (site.Node.Slot == "elts" && site.Node.Parent!.Slot == "type") || (site.Node.Slot == "func" && site.Node.Parent!.Parent is { Kind: "Raise" }) || (site.Node.Parent is { Kind: "Raise" }))
        {
            foreach (var proposal in Exceptions(site, name))
            {
                yield return proposal;
            }

            yield break;
        }

        var unknown = site.Raised is { Type: "NameError" or "UnboundLocalError" } error && error.Name is null or "" || site.Raised?.Name == name;
        var called = site.Node.Slot == "func";
        if (called)
        {
            foreach (var other in site.Index.Callables.Keys.Where(other => other != name))
            {
                var same = Arity(site.Index, other) == site.Node.Parent!.List("args").Count && site.File.Root.List("body").Any(node => node.Text("name") == other);
                var likeness = Words.Likeness(name, other);
                if (same || (unknown && likeness > 0.5))
                {
                    yield return site.Swap("function", unknown ? 0.5 + (0.4 * likeness) : 0.15 + (0.35 * likeness), other, $"`{name}` is called where `{other}` is meant");
                }
            }

            yield break;
        }

        foreach (var other in Reach(site).Where(other => other != name && !Fixed.Contains(other)).Distinct())
        {
            var likeness = Words.Likeness(name, other);
            yield return site.Swap("variable", unknown ? 0.5 + (0.4 * likeness) : 0.38 + (0.3 * likeness), other, $"`{name}` is used in `{Site.Short(site.File.LineText(site.Node.Line))}` where `{other}` is meant");
        }

        if (site.Variables.Contains("self") && site.Index.Siblings(name).Any() && site.Node.Class is { } type && type.Walk().Any(node => node.Kind == "Attribute" && node.Text("attr") == name))
        {
            yield return site.Swap("attribute", unknown ? 0.9 : 0.3, $"self.{name}");
        }

        // A constant of the module for another of its kind.
        foreach (var other in Constants(site).Where(other => other != name))
        {
            if (name.All(letter => !char.IsLower(letter)) || unknown)
            {
                yield return site.Swap("variable", unknown ? 0.3 + (0.5 * Words.Likeness(name, other)) : 0.45, other, $"`{name}` is used where `{other}` is meant");
            }
        }
    }

    /// <summary>Local variables, and those of enclosing comprehensions, lambdas and functions.</summary>
    private static IEnumerable<string> Reach(Site site)
    {
        var inner = site.Node.Ancestors().Where(node => node.Is("ListComp", "SetComp", "DictComp", "GeneratorExp"))
            .SelectMany(node => node.List("generators")).SelectMany(part => part.Child("target")!.Walk()).Select(node => node.Text("id")).OfType<string>();
        var lambdas = site.Node.Ancestors().Where(node => node.Kind == "Lambda").SelectMany(Site.Parameters);
        var outer = site.Function is { } function ? function.Ancestors().Where(node => node.Kind == "FunctionDef").SelectMany(Site.Parameters) : [];
        return inner.Concat(lambdas).Concat(site.Variables.Reverse()).Concat(outer);
    }

    private static IEnumerable<string> Constants(Site site) => site.File.Root.List("body").Where(node => node.Kind == "Assign")
        .SelectMany(node => node.List("targets")).Select(node => node.Text("id")).OfType<string>().Where(name => name.All(letter => !char.IsLower(letter)));

    private static IEnumerable<Proposal> Attributes(Site site)
    {
        var name = site.Node.Text("attr")!;
        var value = site.Node.Child("value")!;
        if (!value.HasSpan)
        {
            yield break;
        }

        var owner = site.TextOf(value);
        var offered = new Dictionary<string, double>();
        if (site.Raised is { Type: "AttributeError", Object: not ("NoneType" or null) } error && error.Name == name)
        {
            foreach (var other in error.Attributes)
            {
                offered[other] = 0.4 + (0.5 * Words.Likeness(name, other));
            }
        }
        else
        {
            var called = site.Node.Slot == "func";
            foreach (var other in site.Index.Siblings(name).Where(other => site.Index.IsCalled(other) == called))
            {
                offered[other] = (site.IsLoad ? 0.42 : 0.3) + (0.2 * Words.Likeness(name, other));
            }
        }

        foreach (var (other, prior) in offered.OrderByDescending(entry => entry.Value).Take(16))
        {
            var what = $"`{Site.Short(site.Text)}` takes `{name}` where `{other}` is meant";
            yield return new Proposal("attribute", prior, [new SourceEdit(site.File.Path, site.Node.End - name.Length, site.Node.End, other)], what);
        }

        foreach (var other in value.Kind == "Name" && site.IsLoad && !Fixed.Contains(owner) ? Reach(site).Where(other => other != owner && site.Index.Siblings(name).Any()) : [])
        {
            // Covered for the variable itself by its own name node; an object's attribute taken for the object is not.
            if (other == name)
            {
                yield return site.Swap("attribute", 0.35, name);
            }
        }

        if (site.IsLoad && site.Node.Slot is "value" or "args" or "left" or "comparators" && owner != "self" && site.Node.Parent is { Kind: not "Attribute" })
        {
            yield return site.Swap("attribute", 0.15, owner, $"`.{name}` does not belong in `{Site.Short(site.Text)}`");
        }
    }

    private static IEnumerable<Proposal> Exceptions(Site site, string name)
    {
        var raised = site.Index.Observation.Failing.Select(test => test.Failure).OfType<Observations.Failure>().SelectMany(failure => failure.Type == "Failed"
            ? site.Index.Exceptions.Where(type => failure.Message.Contains(type, StringComparison.Ordinal)) : [failure.Type]).ToHashSet();
        foreach (var other in site.Index.Exceptions.Where(other => other != name))
        {
            var likely = raised.Contains(other);
            if (site.Node.Slot == "type" && likely)
            {
                yield return site.Swap("exception", 0.6, other, $"`except {name}` does not meet the {other} that is raised");
                yield return site.Swap("exception", 0.45, $"({name}, {other})", $"`except {name}` does not meet the {other} that is raised");
            }
            else if (site.Node.Slot != "type")
            {
                yield return site.Swap("exception", likely ? 0.5 : 0.25, other, $"{name} is raised where {other} is meant");
            }
        }
    }

    private static int Arity(ProjectIndex index, string callable) => index.Callables[callable][0] is { Kind: "FunctionDef" } function ? Site.Parameters(function).Count(name => name != "self") : -1;
}
