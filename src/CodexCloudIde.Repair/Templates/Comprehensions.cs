using CodexCloudIde.Repair.Candidates;
using CodexCloudIde.Repair.Syntax;

namespace CodexCloudIde.Repair.Templates;

/// <summary>Comprehensions and generators: filters that are missing or too many, one object where many are meant, a generator yielded where its values are meant.</summary>
internal static class Comprehensions
{
    public static IEnumerable<Proposal> Propose(Site site) => site.Node.Kind switch
    {
        "ListComp" or "SetComp" or "DictComp" or "GeneratorExp" => site.Node.List("generators").SelectMany(part => Filter(site, part)),
        "BinOp" => Repeated(site),
        "Yield" => Yields(site),
        "YieldFrom" => [site.Swap("generator", 0.2, $"yield {site.TextOf(site.Node.Child("value")!)}", $"`{Site.Short(site.Text)}` yields the parts where the whole is meant")],
        _ => [],
    };

    private static IEnumerable<Proposal> Filter(Site site, Node generator)
    {
        if (generator.Child("iter") is not { HasSpan: true } source || generator.Child("target") is not { HasSpan: true } target)
        {
            yield break;
        }

        foreach (var condition in generator.List("ifs").Where(part => part.HasSpan))
        {
            var from = site.File.Text.LastIndexOf("if", condition.Start, StringComparison.Ordinal);
            if (from > source.End - 1)
            {
                yield return new Proposal("filter", 0.35, [new SourceEdit(site.File.Path, from, condition.End, "")], $"the filter `{Site.Short(site.TextOf(condition))}` leaves out too much", "missing");
            }
        }

        if (generator.List("ifs").Count > 0)
        {
            yield break;
        }

        foreach (var (condition, prior) in Conditions(site, target))
        {
            yield return new Proposal("filter", prior, [new SourceEdit(site.File.Path, source.End, source.End, $" if {condition}")], $"`{Site.Short(site.Text)}` takes elements that `if {condition}` should leave out", "surplus");
        }
    }

    private static IEnumerable<(string Condition, double Prior)> Conditions(Site site, Node target)
    {
        var missed = site.Failure?.Type is "KeyError" or "IndexError";
        foreach (var lookup in site.Node.Walk().Where(node => node.Kind == "Subscript" && node.HasSpan && node.Child("slice") is { HasSpan: true, Kind: not "Slice" }))
        {
            yield return ($"{site.TextOf(lookup.Child("slice")!)} in {site.TextOf(lookup.Child("value")!)}", missed ? 0.85 : 0.2);
        }

        var none = site.Failure is { Object: "NoneType" } || (site.Failure?.Message.Contains("NoneType", StringComparison.Ordinal) ?? false);
        var names = target.Kind == "Tuple" ? target.List("elts").Select(node => node.Text("id")).OfType<string>().ToList() : target.Text("id") is { } single ? [single] : [];
        foreach (var name in names.Where(name => name != "_"))
        {
            yield return (name, 0.3);
            yield return ($"{name} is not None", none ? 0.7 : 0.22);
            foreach (var other in site.Variables.Where(other => other is not ("self" or "cls")).Reverse().Take(5))
            {
                var unread = site.Unread.Contains(other);
                yield return ($"{name} != {other}", unread ? 0.4 : 0.14);
                yield return ($"{name} == {other}", unread ? 0.4 : 0.12);
                yield return ($"{name} not in {other}", unread ? 0.45 : 0.16);
                yield return ($"{name} in {other}", unread ? 0.4 : 0.14);
                foreach (var (sign, factor) in new[] { ("<=", 1.0), (">=", 1.0), ("<", 1.0), (">", 1.0) })
                {
                    yield return ($"{name} {sign} {other}", (unread ? 0.35 : 0.1) * factor);
                }
            }
        }

        foreach (var other in site.File.Root.Walk().Where(node => node.Kind == "comprehension" && node.Child("target") is { HasSpan: true } same && site.TextOf(same) == site.TextOf(target)))
        {
            foreach (var condition in other.List("ifs").Where(part => part.HasSpan && Site.Names(part).All(name => names.Contains(name) || site.Variables.Contains(name) || name == "self" || site.Index.IsGlobal(site.File, name))))
            {
                yield return (site.TextOf(condition), 0.45);
            }
        }

        foreach (var test in site.Index.Tests(site.File).Where(test => Site.Names(test).Any(names.Contains) && Site.Names(test).All(name => names.Contains(name) || site.Variables.Contains(name) || site.Index.IsGlobal(site.File, name))))
        {
            yield return (test.Kind == "BoolOp" ? $"({site.TextOf(test)})" : site.TextOf(test), 0.25);
        }
    }

    private static IEnumerable<Proposal> Repeated(Site site)
    {
        if (site.Node.Text("op") == "Mult" && site.Node.Child("left") is { Kind: "List", HasSpan: true } list && list.List("elts") is [{ HasSpan: true, Kind: not "Constant" } element] && site.Node.Child("right") is { HasSpan: true } count)
        {
            yield return site.Swap("shared object", 0.85, $"[{site.TextOf(element)} for _ in range({site.TextOf(count)})]", $"`{Site.Short(site.Text)}` holds the same object {site.TextOf(count)} times: changing one changes all");
        }
    }

    private static IEnumerable<Proposal> Yields(Site site)
    {
        if (site.Node.Child("value") is { HasSpan: true } value)
        {
            var call = value.Kind == "Call";
            yield return site.Swap("generator", call ? 0.6 : 0.25, $"yield from {site.TextOf(value)}", $"`{Site.Short(site.Text)}` yields the whole where its parts are meant");
        }
    }
}
