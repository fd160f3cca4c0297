using CodexCloudIde.Repair.Candidates;
using CodexCloudIde.Repair.Syntax;

namespace CodexCloudIde.Repair.Templates;

/// <summary>Swapped, missing and surplus arguments; a neighbour of the called function; a conversion or copy too few or too many.</summary>
internal static class Calls
{
    private static readonly string[][] Kin =
    [
        ["min", "max", "sum"], ["any", "all"], ["append", "extend", "add"], ["strip", "lstrip", "rstrip"], ["lower", "upper", "title", "capitalize"], ["startswith", "endswith"],
        ["keys", "values", "items"], ["find", "rfind", "index"], ["floor", "ceil"], ["split", "rsplit", "splitlines"], ["partition", "rpartition"], ["union", "intersection", "difference", "symmetric_difference"],
        ["pop", "popleft"], ["append", "appendleft"], ["sin", "cos"], ["issubset", "issuperset"], ["add", "discard"], ["sum", "len", "max"], ["date", "time"], ["days", "seconds", "total_seconds"],
        ["ljust", "rjust"], ["isdigit", "isalnum", "isalpha"], ["insort_left", "insort_right"], ["bisect_left", "bisect_right"], ["bisect", "bisect_left"], ["list", "set", "sorted", "tuple"], ["str", "repr", "int"],
        ["round", "int"], ["combinations", "permutations", "product"], ["dumps", "dump"], ["loads", "load"], ["update", "setdefault"], ["isinstance", "issubclass"], ["hours", "minutes", "days", "seconds", "weeks"],
        ["removeprefix", "removesuffix", "strip"], ["heappush", "heappop"], ["get", "pop", "setdefault"], ["encode", "decode"], ["read", "readline", "readlines"], ["fromkeys", "dict"], ["copy", "deepcopy"],
        ["remove", "discard", "append"], ["islice", "takewhile", "dropwhile"],
    ];

    public static IEnumerable<Proposal> Propose(Site site)
    {
        var proposals = site.Node.Kind == "Call" ? Arguments(site).Concat(Methods(site)).Concat(Unwrap(site)) : [];
        return proposals.Concat(Wrap(site));
    }

    private static IEnumerable<Proposal> Arguments(Site site)
    {
        var arguments = site.Node.List("args");
        if (arguments.Any(argument => !argument.HasSpan || argument.Kind == "Starred") || site.Node.Child("func") is not { HasSpan: true } function)
        {
            yield break;
        }

        for (var first = 0; first < arguments.Count; first++)
        {
            for (var second = first + 1; second < arguments.Count && second < 4; second++)
            {
                var (a, b) = (arguments[first], arguments[second]);
                if (site.TextOf(a) == site.TextOf(b) || a.Kind == "GeneratorExp")
                {
                    continue;
                }

                yield return new Proposal("arguments", Mismatch(site, function, arguments, first, second) ? 0.85 : 0.55, [site.Replace(a, site.TextOf(b)), site.Replace(b, site.TextOf(a))],
                    $"`{Site.Short(site.Text)}` passes `{Site.Short(site.TextOf(a))}` and `{Site.Short(site.TextOf(b))}` the wrong way round");
            }
        }

        var name = function.Text("id") ?? function.Text("attr");
        if (name is not null && site.Index.Callables.GetValueOrDefault(name) is { Count: 1 } called && Parameters(called[0], site.File) is { } parameters)
        {
            // A parameter that has a default, or that the call forgot, and a variable of its name: pass it.
            var given = site.Node.List("keywords").Select(keyword => keyword.Text("arg")).Concat(parameters.Take(arguments.Count)).ToHashSet();
            foreach (var parameter in parameters.Where(parameter => !given.Contains(parameter)))
            {
                foreach (var value in site.Variables.Where(variable => variable == parameter || Words.Likeness(variable, parameter) > 0.7).Concat(SelfMember(site, parameter)))
                {
                    var close = site.Node.End - 1;
                    var text = (arguments.Count + site.Node.List("keywords").Count > 0 ? ", " : "") + $"{parameter}={value}";
                    if (site.File.Text[close] == ')' && !site.File.Text[function.End..close].TrimEnd().EndsWith(','))
                    {
                        yield return new Proposal("arguments", site.Raised?.Type == "TypeError" ? 0.8 : 0.5, [new SourceEdit(site.File.Path, close, close, text)], $"`{Site.Short(site.Text)}` does not pass on `{value}`");
                    }
                }
            }
        }

        if (name is not null && site.Index.Callables.GetValueOrDefault(name) is { Count: 1 } callee && site.Node.List("keywords").Count == 0 && Parameters(callee[0], site.File) is { } taken && taken.Count == arguments.Count + 1
            && site.File.Text[site.Node.End - 1] == ')')
        {
            var recursive = name == site.Function?.Text("name");
            foreach (var value in site.Variables.Where(variable => variable is not ("self" or "cls")).Reverse().Take(6))
            {
                var close = site.Node.End - 1;
                yield return new Proposal("arguments", site.Unread.Contains(value) ? 0.6 : recursive ? 0.42 : 0.24, [new SourceEdit(site.File.Path, close, close, (arguments.Count > 0 ? ", " : "") + value)],
                    $"`{Site.Short(site.Text)}` leaves out `{taken[^1]}`, which should be `{value}`");
            }
        }

        if (function.Text("id") is "sorted" || function.Text("attr") == "sort")
        {
            var close = site.Node.End - 1;
            if (site.Node.List("keywords").All(keyword => keyword.Text("arg") != "reverse"))
            {
                var comma = arguments.Count + site.Node.List("keywords").Count > 0 ? ", " : "";
                yield return new Proposal("arguments", 0.5, [new SourceEdit(site.File.Path, close, close, comma + "reverse=True")], $"`{Site.Short(site.Text)}` sorts the wrong way round");
            }
        }

        foreach (var keyword in site.Node.List("keywords").Where(keyword => keyword is { HasSpan: true } && keyword.Text("arg") is not null))
        {
            var from = site.File.Text.LastIndexOf(',', keyword.Start - 1);
            if (from >= function.End && string.IsNullOrWhiteSpace(site.File.Text[(from + 1)..keyword.Start]))
            {
                yield return new Proposal("arguments", 0.2, [new SourceEdit(site.File.Path, from, keyword.End, "")], $"`{Site.Short(site.TextOf(keyword))}` does not belong in `{Site.Short(site.Text)}`");
            }
        }
    }

    private static IEnumerable<string> SelfMember(Site site, string parameter) =>
        site.Variables.Contains("self") && site.Node.Class is { } type && type.Walk().Any(node => node.Kind == "Attribute" && node.Text("attr")!.TrimStart('_') == parameter && node.Child("value")!.Text("id") == "self")
            ? [.. type.Walk().Where(node => node.Kind == "Attribute" && node.Text("attr")!.TrimStart('_') == parameter).Select(node => $"self.{node.Text("attr")}").Distinct()] : [];

    /// <summary>The names say it: each argument is called like the other's parameter.</summary>
    private static bool Mismatch(Site site, Node function, IReadOnlyList<Node> arguments, int first, int second)
    {
        var name = function.Text("id") ?? function.Text("attr");
        if (name is null || site.Index.Callables.GetValueOrDefault(name) is not { Count: >= 1 } called || Parameters(called[0], site.File) is not { } parameters || parameters.Count <= second)
        {
            return false;
        }

        double Fit(int argument, int parameter) => Words.Likeness(site.TextOf(arguments[argument]).Split('.')[^1], parameters[parameter]);
        return Fit(first, second) + Fit(second, first) > Fit(first, first) + Fit(second, second) + 0.3;
    }

    private static List<string>? Parameters(Node callable, SourceFile file)
    {
        if (callable.Kind != "ClassDef")
        {
            return [.. Site.Parameters(callable).Where(name => name is not ("self" or "cls"))];
        }

        var constructor = callable.List("body").FirstOrDefault(node => node.Text("name") == "__init__");
        return constructor is not null ? [.. Site.Parameters(constructor).Where(name => name != "self")]
            : [.. callable.List("body").Where(node => node.Kind == "AnnAssign").Select(node => node.Child("target")!.Text("id")).OfType<string>()];
    }

    private static IEnumerable<Proposal> Methods(Site site)
    {
        var function = site.Node.Child("func")!;
        var name = function.Text("id") ?? function.Text("attr");
        if (name is null || !function.HasSpan || site.Index.Callables.ContainsKey(name))
        {
            yield break;
        }

        foreach (var other in Kin.Where(kin => kin.Contains(name)).SelectMany(kin => kin).Where(other => other != name).Distinct())
        {
            yield return new Proposal("function", 0.5, [new SourceEdit(site.File.Path, function.End - name.Length, function.End, other)], $"`{Site.Short(site.Text)}` calls `{name}` where `{other}` is meant");
        }

        if (name == "get" && site.Node.List("args") is [{ HasSpan: true } key] && function.Child("value") is { HasSpan: true } container)
        {
            foreach (var other in new[] { "0", "[]", "{}", "\"\"", "False" })
            {
                yield return site.Swap("default", 0.4, $"{site.TextOf(container)}.get({site.TextOf(key)}, {other})", $"`{Site.Short(site.Text)}` is None for a missing key; it needs a default");
            }
        }
    }

    private static IEnumerable<Proposal> Unwrap(Site site)
    {
        var function = site.Node.Child("func")!;
        if (site.Node.List("args") is [{ HasSpan: true, Kind: not ("Starred" or "GeneratorExp") } only] && function.Kind == "Name" && site.Node.Parent is { Kind: not "Expr" })
        {
            yield return site.Swap("call", 0.25, site.TextOf(only), $"the call of `{function.Text("id")}` in `{Site.Short(site.Text)}` is one too many");
        }

        if (function.Kind == "Attribute" && site.Node.List("args").Count == 0 && function.Child("value") is { HasSpan: true } owner && site.Node.Parent!.Kind != "Expr")
        {
            yield return site.Swap("call", 0.25, site.TextOf(owner), $"the call of `{function.Text("attr")}` in `{Site.Short(site.Text)}` is one too many");
        }
    }

    private static IEnumerable<Proposal> Wrap(Site site)
    {
        var node = site.Node;
        if (!site.IsLoad || site.Function is null || !node.Is("Name", "Attribute", "Subscript", "Call", "BinOp", "Constant", "ListComp", "GeneratorExp")
            || node.Slot is not ("value" or "args" or "left" or "right" or "comparators" or "iter" or "elt" or "key" or "slice" or "values" or "elts") || node.Parent!.Kind is "Attribute" or "Expr" or "keyword" and not "keyword")
        {
            yield break;
        }

        var typeError = site.Raised?.Type is "TypeError" or "ValueError" or "AttributeError";
        var text = node.Kind == "BinOp" ? $"({site.Text})" : site.Text;
        if (node.Kind != "Constant")
        {
            foreach (var conversion in new[] { "int", "str", "float", "abs", "len", "list", "sorted", "set", "round", "dict" })
            {
                var prior = conversion switch
                {
                    "int" or "str" or "float" => typeError ? 0.5 : 0.12,
                    "sorted" or "list" or "dict" => node.Slot is "iter" or "value" or "args" ? 0.22 : 0.08,
                    _ => 0.12,
                };
                yield return site.Swap("conversion", prior, $"{conversion}({site.Text})", $"`{Site.Short(site.Text)}` has to be taken by `{conversion}(…)`") with { Sign = conversion switch { "sorted" => "order", "int" or "round" => "fraction", "str" or "list" or "set" => "type", _ => null } };
            }

            // Where a function gives it back, it is right for everybody who asks.
            var given = node.Parent.Kind == "Return" ? 1.15 : 1;
            foreach (var method in new[] { "strip()", "lower()", "copy()", "upper()" })
            {
                yield return site.Swap("conversion", (method == "copy()" ? 0.2 : 0.18) * given, $"{text}.{method}", method == "copy()" ? $"`{Site.Short(site.Text)}` is shared where a copy is meant" : $"`{Site.Short(site.Text)}` lacks `.{method}`") with { Sign = method switch { "strip()" => "space", "lower()" or "upper()" => "case", _ => null } };
            }
        }
        else if (typeError && node.Text("type") is "int" or "float")
        {
            yield return site.Swap("conversion", 0.3, Site.Quote(node.Text("value")!));
        }
    }
}
