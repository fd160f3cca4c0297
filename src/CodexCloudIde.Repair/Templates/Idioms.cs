using CodexCloudIde.Repair.Candidates;
using CodexCloudIde.Repair.Syntax;

namespace CodexCloudIde.Repair.Templates;

/// <summary>Traps of the language itself: calls that return None, results thrown away, shared defaults of classes, late binding, containers changed while they are walked through.</summary>
internal static class Idioms
{
    private static readonly HashSet<string> ReturnNone = ["sort", "append", "extend", "reverse", "update", "add", "insert", "remove", "shuffle", "clear", "discard"];
    private static readonly HashSet<string> ReturnNew = ["strip", "lstrip", "rstrip", "lower", "upper", "replace", "title", "capitalize", "removeprefix", "removesuffix", "union", "intersection", "difference", "format", "zfill"];

    public static IEnumerable<Proposal> Propose(Site site) => site.Node.Kind switch
    {
        "Assign" or "Return" => Nothing(site).Concat(Shared(site)).Concat(Alias(site)),
        "Expr" => ThrownAway(site).Concat(Emptied(site)),
        "AnnAssign" => Shared(site),
        "Lambda" => LateBinding(site),
        "For" => WhileWalking(site),
        "AugAssign" => FirstEntry(site),
        "Subscript" => FirstEntry(site),
        "Call" => PassOn(site),
        "Compare" => Identity(site),
        _ => [],
    };

    private static IEnumerable<Proposal> Nothing(Site site)
    {
        if (site.Node.Child("value") is not { Kind: "Call", HasSpan: true } call || call.Child("func") is not { Kind: "Attribute" } method || !ReturnNone.Contains(method.Text("attr")!) || method.Child("value") is not { HasSpan: true } owner
            || site.Index.Callables.ContainsKey(method.Text("attr")!) || site.File.Indent(site.Node) is not { } indent)
        {
            yield break;
        }

        var (text, name) = (site.TextOf(call), site.TextOf(owner));
        var why = $"`{Site.Short(text)}` changes `{name}` and returns None";
        if (site.Node.Kind == "Return")
        {
            yield return site.Swap("none", 0.85, $"{text}{site.File.NewLine}{indent}return {name}", why);
            if (method.Text("attr") == "sort")
            {
                yield return site.Swap("none", 0.7, $"return sorted({name}{(call.List("args").Count + call.List("keywords").Count > 0 ? ", " + site.File.Text[(method.End + 1)..(call.End - 1)] : "")})", why);
            }
        }
        else if (site.Node.List("targets") is [{ HasSpan: true } target])
        {
            yield return site.Swap("none", 0.85, site.TextOf(target) == name ? text : $"{text}{site.File.NewLine}{indent}{site.TextOf(target)} = {name}", why);
        }
    }

    private static IEnumerable<Proposal> ThrownAway(Site site)
    {
        if (site.Node.Child("value") is not { Kind: "Call", HasSpan: true } call || call.Child("func") is not { } function)
        {
            yield break;
        }

        if (function.Kind == "Attribute" && ReturnNew.Contains(function.Text("attr")!) && function.Child("value") is { HasSpan: true, Kind: "Name" or "Attribute" } owner)
        {
            yield return site.Swap("result", 0.9, $"{site.TextOf(owner)} = {site.TextOf(call)}", $"`{Site.Short(site.Text)}` makes a new value and throws it away");
        }
        else if (function.Text("id") is "sorted" or "reversed" or "set" or "list" or "str" or "int" && call.List("args") is [{ HasSpan: true, Kind: "Name" or "Attribute" } only, ..])
        {
            yield return site.Swap("result", 0.85, $"{site.TextOf(only)} = {site.TextOf(call)}", $"`{Site.Short(site.Text)}` makes a new value and throws it away");
        }
        else if (function.Text("id") is { } name && site.Index.Callables.GetValueOrDefault(name) is [{ Kind: "FunctionDef" }] && call.List("args") is [{ HasSpan: true, Kind: "Name" or "Attribute" } first, ..])
        {
            yield return site.Swap("result", 0.35, $"{site.TextOf(first)} = {site.TextOf(call)}", $"the result of `{Site.Short(site.Text)}` is thrown away");
        }

        if (function is { Kind: "Name" or "Attribute" } && (function.Text("id") ?? function.Text("attr")) == site.Function?.Text("name"))
        {
            yield return site.Swap("return", 0.8, $"return {site.Text}", $"the result of the recursion `{Site.Short(site.Text)}` is thrown away: a `return` is missing");
        }
    }

    /// <summary>Emptied while somebody else holds it, where a new one is meant.</summary>
    private static IEnumerable<Proposal> Emptied(Site site)
    {
        if (site.Node.Child("value") is { Kind: "Call" } call && call.Child("func") is { Kind: "Attribute" } method && method.Text("attr") == "clear" && method.Child("value") is { HasSpan: true } owner && site.Function is not null)
        {
            var name = site.TextOf(owner);
            var kinds = site.TypesOf(name);
            foreach (var (kind, blank) in new[] { ("list", "[]"), ("dict", "{}"), ("set", "set()") })
            {
                yield return site.Swap("shared object", kinds.Contains(kind) ? 0.7 : 0.3, $"{name} = {blank}", $"`{Site.Short(site.Text)}` empties what was already handed out; a new one is meant");
            }
        }
    }

    /// <summary>A container in the body of a class is one object for all its instances.</summary>
    private static IEnumerable<Proposal> Shared(Site site)
    {
        if (site.Function is not null || site.Node.Parent is not { Kind: "ClassDef" } type || site.Node.Child("value") is not { HasSpan: true } value || !value.Is("List", "Dict", "Set", "Call")
            || (value.Kind == "Call" && value.Child("func")!.Text("id") is not ("list" or "dict" or "set")))
        {
            yield break;
        }

        var text = site.TextOf(value);
        if (site.Node.Kind == "AnnAssign")
        {
            var factory = value.Kind == "Call" ? value.Child("func")!.Text("id")! : value.Kind.ToLowerInvariant();
            var imported = site.Index.IsGlobal(site.File, "field") ? [] : Imports.Adding(site.File, "from dataclasses import field");
            yield return new Proposal("shared default", 0.9, [.. imported, site.Replace(value, $"field(default_factory={(text is "[]" or "{}" || value.Kind == "Call" ? factory : $"lambda: {text}")})")],
                $"the default `{text}` would be one object shared by all instances");
            yield break;
        }

        if (site.Node.List("targets") is [{ Kind: "Name" } target] && type.List("body").FirstOrDefault(node => node.Text("name") == "__init__") is { } constructor
            && constructor.List("body").FirstOrDefault(node => site.File.Indent(node) is not null) is { } first && site.Above(first, $"self.{target.Text("id")} = {text}") is { } own)
        {
            yield return new Proposal("shared default", 0.85, [own], $"`{Site.Short(site.Text)}` in the body of `{type.Text("name")}` is one object shared by all its instances");
        }
    }

    /// <summary>A second name for what was handed in, which is then changed: the caller's own is changed too.</summary>
    private static IEnumerable<Proposal> Alias(Site site)
    {
        if (site.Function is null || site.Node.List("targets") is not [{ Kind: "Name" } target] || site.Node.Child("value") is not { HasSpan: true, Kind: "Name" or "Attribute" } source)
        {
            yield break;
        }

        var name = target.Text("id");
        var changed = site.Function.Walk().Any(node => node.Start > site.Node.End && ((node.Kind == "Subscript" && node.Slot is "targets" or "target" && node.Child("value")!.Text("id") == name)
            || (node.Kind == "Call" && node.Child("func") is { Kind: "Attribute" } method && (ReturnNone.Contains(method.Text("attr")!) || method.Text("attr") is "pop" or "setdefault" or "popleft") && method.Child("value")!.Text("id") == name)));
        if (!changed)
        {
            yield break;
        }

        var kinds = site.TypesOf(name!);
        foreach (var kind in new[] { "list", "dict", "set" }.Where(kind => kinds.Count == 0 || kinds.Contains(kind)))
        {
            yield return new Proposal("shared object", 0.7, [site.Replace(source, $"{kind}({site.TextOf(source)})")], $"`{name}` is only another name for `{site.TextOf(source)}`, so changing it changes what was handed in: a copy is meant");
        }
    }

    private static IEnumerable<Proposal> LateBinding(Site site)
    {
        if (site.Node.Child("args") is not { } arguments || site.Node.Child("body") is not { HasSpan: true } body)
        {
            yield break;
        }

        var loops = site.Node.Ancestors().TakeWhile(node => node != site.Function).Select(node => node.Kind == "For" ? node.Child("target") : null).OfType<Node>()
            .Concat(site.Node.Ancestors().Where(node => node.Is("ListComp", "DictComp", "GeneratorExp")).SelectMany(node => node.List("generators")).Select(part => part.Child("target")!));
        var own = Site.Parameters(site.Node).ToList();
        foreach (var name in loops.SelectMany(Site.Names).Intersect(Site.Names(body)).Except(own))
        {
            var colon = site.File.Text.LastIndexOf(':', body.Start);
            yield return new Proposal("late binding", 0.7, [new SourceEdit(site.File.Path, colon, colon, own.Count > 0 ? $", {name}={name}" : $" {name}={name}")], $"every `{Site.Short(site.Text)}` sees the last `{name}` of the loop");
        }
    }

    private static IEnumerable<Proposal> WhileWalking(Site site)
    {
        if (site.Node.Child("iter") is not { HasSpan: true } source)
        {
            yield break;
        }

        var walked = source.Kind == "Call" && source.Child("func") is { Kind: "Attribute" } method && method.Text("attr") is "items" or "keys" or "values" ? site.TextOf(method.Child("value")!) : site.TextOf(source);
        var changes = site.Node.List("body").SelectMany(node => node.Walk()).Any(node =>
            (node.Kind == "Call" && node.Child("func") is { Kind: "Attribute" } call && call.Text("attr") is "remove" or "append" or "pop" or "insert" or "add" or "discard" or "clear" && site.TextOf(call.Child("value")!) == walked)
            || (node.Kind == "Subscript" && node.Slot is "targets" && node.Parent is { Kind: "Delete" or "Assign" } && site.TextOf(node.Child("value")!) == walked));
        if (changes)
        {
            yield return new Proposal("walked copy", 0.85, [site.Replace(source, $"list({site.TextOf(source)})")], $"the loop over `{Site.Short(site.TextOf(source))}` changes `{walked}` while it walks through it");
        }
    }

    /// <summary>The first time there is no entry yet.</summary>
    private static IEnumerable<Proposal> FirstEntry(Site site)
    {
        var target = site.Node.Kind == "AugAssign" ? site.Node.Child("target")! : site.Node;
        if (target.Kind != "Subscript" || target.Child("value") is not { HasSpan: true } map || target.Child("slice") is not { HasSpan: true, Kind: not "Slice" } key || site.Failure is not { Type: "KeyError" })
        {
            yield break;
        }

        var (name, entry) = (site.TextOf(map), site.TextOf(key));
        if (site.Node.Kind == "AugAssign" && site.Node.Child("value") is { HasSpan: true } value)
        {
            var sign = site.File.Text[target.End..value.Start].Trim().TrimEnd('=');
            yield return site.Swap("missing key", 0.9, $"{name}[{entry}] = {name}.get({entry}, 0) {sign} {site.TextOf(value)}", $"`{name}` has no entry the first time that `{entry}` is counted");
        }
        else if (site.Node.Parent is { Kind: "Attribute" } method && method.Text("attr") is "append" or "add" or "extend" or "update" or "insert" or "appendleft")
        {
            foreach (var (blank, prior) in method.Text("attr") is "add" ? new[] { ("set()", 0.9) } : method.Text("attr") is "update" ? [("{}", 0.8), ("set()", 0.6)] : [("[]", 0.9)])
            {
                yield return site.Swap("missing key", prior, $"{name}.setdefault({entry}, {blank})", $"`{name}` has no entry the first time that `{entry}` is met");
            }
        }
        else if (site.Node.Parent is { Kind: "Subscript" } outer && outer.Slot is "targets" or "target")
        {
            yield return site.Swap("missing key", 0.85, $"{name}.setdefault({entry}, {{}})", $"`{name}` has no entry the first time that `{entry}` is met");
        }
    }

    /// <summary>Arguments that a function takes and does not hand on.</summary>
    private static IEnumerable<Proposal> PassOn(Site site)
    {
        if (site.Function?.Child("args") is not { } arguments || site.File.Text[site.Node.End - 1] != ')')
        {
            yield break;
        }

        foreach (var (slot, stars) in new[] { ("vararg", "*"), ("kwarg", "**") })
        {
            if (arguments.Child(slot)?.Text("arg") is not { } name || site.Node.Walk().Any(node => node.Text("id") == name))
            {
                continue;
            }

            var close = site.Node.End - 1;
            var comma = site.Node.List("args").Count + site.Node.List("keywords").Count > 0 ? ", " : "";
            yield return new Proposal("arguments", site.Unread.Contains(name) ? 0.8 : 0.25, [new SourceEdit(site.File.Path, close, close, $"{comma}{stars}{name}")], $"`{Site.Short(site.Text)}` does not hand on `{stars}{name}`");
        }
    }

    private static IEnumerable<Proposal> Identity(Site site)
    {
        if (site.Node.Texts("ops") is ["Is" or "IsNot"] && site.Node.Child("left") is { HasSpan: true } left && site.Node.List("comparators") is [{ HasSpan: true, Kind: "Constant" } right] && right.Text("type") is "str" or "int" or "float")
        {
            yield return site.Swap("comparison", 0.85, $"{site.TextOf(left)} {(site.Node.Texts("ops")[0] == "Is" ? "==" : "!=")} {site.TextOf(right)}", $"`{Site.Short(site.Text)}` asks for the same object where an equal value is meant");
        }
    }
}
