using CodexCloudIde.Repair.Candidates;
using CodexCloudIde.Repair.Syntax;

namespace CodexCloudIde.Repair.Templates;

/// <summary>Names that were never imported, or are imported by another name than they have.</summary>
internal static class Imports
{
    private static readonly HashSet<string> Standard =
    [
        "re", "os", "sys", "math", "json", "time", "datetime", "random", "itertools", "functools", "collections", "string", "heapq", "bisect", "copy", "statistics", "operator", "decimal", "fractions", "csv", "io",
        "enum", "typing", "dataclasses", "pathlib", "hashlib", "textwrap", "uuid", "calendar", "logging", "contextlib", "abc", "types", "struct", "base64", "html", "shutil", "tempfile", "threading", "queue", "weakref",
    ];

    private static readonly Dictionary<string, string> Homes = new()
    {
        ["defaultdict"] = "collections", ["Counter"] = "collections", ["deque"] = "collections", ["OrderedDict"] = "collections", ["namedtuple"] = "collections", ["ChainMap"] = "collections",
        ["dataclass"] = "dataclasses", ["field"] = "dataclasses", ["replace"] = "dataclasses", ["asdict"] = "dataclasses", ["date"] = "datetime", ["timedelta"] = "datetime", ["timezone"] = "datetime",
        ["wraps"] = "functools", ["lru_cache"] = "functools", ["partial"] = "functools", ["reduce"] = "functools", ["cache"] = "functools", ["cached_property"] = "functools", ["total_ordering"] = "functools",
        ["chain"] = "itertools", ["product"] = "itertools", ["combinations"] = "itertools", ["permutations"] = "itertools", ["groupby"] = "itertools", ["islice"] = "itertools", ["count"] = "itertools", ["accumulate"] = "itertools",
        ["pairwise"] = "itertools", ["zip_longest"] = "itertools", ["Enum"] = "enum", ["IntEnum"] = "enum", ["Flag"] = "enum", ["auto"] = "enum", ["Decimal"] = "decimal", ["Fraction"] = "fractions", ["Path"] = "pathlib",
        ["contextmanager"] = "contextlib", ["suppress"] = "contextlib", ["ABC"] = "abc", ["abstractmethod"] = "abc", ["Optional"] = "typing", ["List"] = "typing", ["Dict"] = "typing", ["Any"] = "typing", ["Iterable"] = "typing",
        ["NamedTuple"] = "typing", ["sqrt"] = "math", ["ceil"] = "math", ["floor"] = "math", ["pi"] = "math", ["inf"] = "math", ["gcd"] = "math", ["itemgetter"] = "operator", ["attrgetter"] = "operator", ["mean"] = "statistics",
        ["heappush"] = "heapq", ["heappop"] = "heapq", ["bisect_left"] = "bisect", ["bisect_right"] = "bisect", ["insort"] = "bisect", ["deepcopy"] = "copy",
    };

    public static IEnumerable<Proposal> Propose(Site site) => site.Node.Kind switch
    {
        "Name" when site.Node.Slot is not ("targets" or "target") => Missing(site),
        "ImportFrom" => Misnamed(site),
        _ => [],
    };

    /// <summary>A line of import after those that are there, or after what a module begins with.</summary>
    public static IReadOnlyList<SourceEdit> Adding(SourceFile file, string line)
    {
        var body = file.Root.List("body");
        var last = body.LastOrDefault(node => node.Is("Import", "ImportFrom") && node.HasSpan);
        if (last is not null)
        {
            var at = file.LineEnd(last.End);
            return [new SourceEdit(file.Path, at, at, file.NewLine + line)];
        }

        var first = body.FirstOrDefault(node => node.HasSpan && !(node.Kind == "Expr" && node.Child("value") is { Kind: "Constant" }));
        var start = first is null ? file.Text.Length : file.LineStart(first.List("decorator_list").Select(node => node.Start).Append(first.Start).Min());
        return [new SourceEdit(file.Path, start, start, line + file.NewLine + file.NewLine)];
    }

    private static IEnumerable<Proposal> Missing(Site site)
    {
        var name = site.Node.Text("id")!;
        if (site.Index.IsGlobal(site.File, name) || !site.Index.Unknown.Contains(name))
        {
            yield break;
        }

        if (Standard.Contains(name))
        {
            yield return new Proposal("import", 0.95, Adding(site.File, $"import {name}"), $"the module `{name}` is used and never imported");
        }

        if (Homes.GetValueOrDefault(name) is { } home)
        {
            yield return new Proposal("import", 0.95, Adding(site.File, $"from {home} import {name}"), $"`{name}` of the module `{home}` is used and never imported");
        }

        foreach (var file in site.Index.Observation.Files.Values.Where(file => !file.IsTest && file != site.File && file.Root.List("body").Any(node => node.Text("name") == name || node.List("targets").Any(target => target.Text("id") == name))))
        {
            yield return new Proposal("import", 0.93, Adding(site.File, $"from {Module(file.Path)} import {name}"), $"`{name}` of the module `{Module(file.Path)}` is used and never imported");
        }

        foreach (var (file, other) in site.Index.Observation.Files.Values.Where(file => file != site.File).SelectMany(file => file.Root.List("body").Where(node => node.Is("Import", "ImportFrom")).Select(node => (file, node))))
        {
            if (other.List("names").Any(part => (part.Text("asname") ?? part.Text("name")) == name))
            {
                yield return new Proposal("import", 0.9, Adding(site.File, file.Of(other)), $"`{name}` is used and never imported; `{file.Path}` imports it so");
            }
        }
    }

    private static IEnumerable<Proposal> Misnamed(Site site)
    {
        var module = site.Node.Text("module");
        var target = module is null ? null : site.Index.Observation.Files.Values.FirstOrDefault(file => Module(file.Path) == module || Module(file.Path).EndsWith("." + module, StringComparison.Ordinal));
        foreach (var part in site.Node.List("names").Where(part => part.HasSpan))
        {
            var name = part.Text("name")!;
            if (target is not null && !site.Index.IsGlobal(target, name))
            {
                foreach (var other in target.Root.List("body").Select(node => node.Text("name") ?? (node.List("targets") is [var first, ..] ? first.Text("id") : null)).OfType<string>())
                {
                    yield return new Proposal("import", 0.4 + (0.5 * Words.Likeness(name, other)), [new SourceEdit(site.File.Path, part.Start, part.Start + name.Length, other)], $"`{module}` has no `{name}`; `{other}` is meant");
                }
            }

            foreach (var file in site.Index.Observation.Files.Values.Where(file => !file.IsTest && file != target && site.Node.List("names").Count == 1 && file.Root.List("body").Any(node => node.Text("name") == name)))
            {
                if (target is null || !site.Index.IsGlobal(target, name))
                {
                    yield return site.Swap("import", 0.75, $"from {Module(file.Path)} import {site.TextOf(part)}", $"`{name}` is defined in `{Module(file.Path)}`, not in `{module}`");
                }
            }
        }
    }

    private static string Module(string path)
    {
        var name = path[..^3].Replace('/', '.');
        name = name.StartsWith("src.", StringComparison.Ordinal) ? name[4..] : name;
        return name.EndsWith(".__init__", StringComparison.Ordinal) ? name[..^9] : name;
    }
}
