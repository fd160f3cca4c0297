using CodexCloudIde.Repair.Observations;
using CodexCloudIde.Repair.Syntax;

namespace CodexCloudIde.Repair.Candidates;

/// <summary>What the project knows by name: the vocabulary from which replacements are taken.</summary>
internal sealed class ProjectIndex
{
    private static readonly HashSet<string> Builtins =
    [
        "len", "range", "int", "str", "float", "list", "dict", "set", "tuple", "sorted", "min", "max", "sum", "abs", "round", "any", "all", "zip", "map", "enumerate", "isinstance", "bool", "super", "print", "repr",
        "ValueError", "KeyError", "TypeError", "IndexError", "RuntimeError", "reversed", "filter", "next", "iter", "type", "frozenset", "getattr", "hasattr", "setattr", "id", "hash", "ord", "chr", "divmod", "LookupError", "NotImplementedError",
    ];


    private readonly Dictionary<string, List<HashSet<string>>> _groupsOfAttribute = [];
    private readonly Dictionary<(string Path, int Line), HashSet<string>> _signs = [];
    private readonly Dictionary<Node, HashSet<string>> _unread = [];
    private readonly Dictionary<SourceFile, HashSet<string>> _globals = [];
    private readonly Dictionary<SourceFile, List<Node>> _tests = [];
    private readonly Dictionary<SourceFile, List<string>> _steps = [];
    private readonly Dictionary<SourceFile, List<Node>> _increments = [];
    private readonly Dictionary<Node, List<string>> _assigned = [];

    public ProjectIndex(Observation observation)
    {
        Observation = observation;
        foreach (var file in observation.Files.Values.Where(file => !file.IsTest))
        {
            foreach (var node in file.Root.Walk())
            {
                Take(file, node);
            }
        }

        Unknown = observation.Failing.Select(test => test.Failure).OfType<Failure>().Where(failure => failure.Type is "NameError" or "UnboundLocalError").Select(failure => failure.Name).OfType<string>().ToHashSet();
        MissingKeys = [.. observation.Failing.Select(test => test.Failure?.Key).OfType<string>().Distinct()];
        foreach (var failure in observation.Failing.Select(test => test.Failure).OfType<Failure>())
        {
            foreach (var frame in failure.Frames)
            {
                Errors.TryAdd((frame.Path, frame.Line), failure);
            }
        }
    }

    public Observation Observation { get; }

    /// <summary>How the results of failing tests that ran a line differ from what they expected.</summary>
    public IReadOnlySet<string> Signs(string path, int line)
    {
        if (!_signs.TryGetValue((path, line), out var signs))
        {
            var running = Observation.Failing.Where(test => test.Failure is { Signs.Count: > 0 } && (test.Lines.GetValueOrDefault(path)?.Contains(line) ?? false)).ToList();
            _signs[(path, line)] = signs = (running.Count > 0 ? running : Observation.Failing).SelectMany(test => test.Failure?.Signs ?? []).ToHashSet();
        }

        return signs;
    }

    /// <summary>Names that were not known where they were used.</summary>
    public IReadOnlySet<string> Unknown { get; }

    /// <summary>Keys that a lookup missed in some failing test.</summary>
    public IReadOnlyList<string> MissingKeys { get; }

    public Dictionary<(string Path, int Line), Failure> Errors { get; } = [];

    /// <summary>Functions, methods and classes (their constructors) by name.</summary>
    public Dictionary<string, List<Node>> Callables { get; } = [];

    /// <summary>Strings used as keys or compared with, each with how often.</summary>
    public Dictionary<string, int> Strings { get; } = [];

    /// <summary>Keys that are used side by side on one variable, in one function.</summary>
    public List<HashSet<string>> KeyGroups { get; } = [];

    public HashSet<string> Exceptions { get; } = ["ValueError", "KeyError", "TypeError", "IndexError", "AttributeError", "LookupError", "RuntimeError", "ZeroDivisionError", "StopIteration"];

    /// <summary>Other attributes of the classes that have this one.</summary>
    public IEnumerable<string> Siblings(string attribute) =>
        _groupsOfAttribute.GetValueOrDefault(attribute)?.SelectMany(group => group).Where(name => name != attribute).Distinct() ?? [];

    /// <summary>Names that a module binds at its top, and what is built in.</summary>
    public bool IsGlobal(SourceFile file, string name)
    {
        if (!_globals.TryGetValue(file, out var names))
        {
            _globals[file] = names = [.. Builtins, .. file.Root.List("body").SelectMany(node => node.Kind switch
            {
                "Assign" => node.List("targets").SelectMany(target => target.Walk()).Select(target => target.Text("id")).OfType<string>(),
                "AnnAssign" => [node.Child("target")!.Text("id") ?? ""],
                "Import" or "ImportFrom" => node.List("names").Select(part => part.Text("asname") ?? part.Text("name")!.Split('.')[0]),
                "FunctionDef" or "AsyncFunctionDef" or "ClassDef" => [node.Text("name")!],
                _ => [],
            })];
        }

        return names.Contains(name);
    }

    /// <summary>Whole numbers above one that a module mentions, the most frequent first.</summary>
    public IReadOnlyList<string> Steps(SourceFile file)
    {
        if (!_steps.TryGetValue(file, out var steps))
        {
            _steps[file] = steps = [.. file.Root.Walk().Where(node => node.Kind == "Constant" && node.Text("type") == "int").Select(node => node.Text("value")!).Where(value => value is not ("0" or "1"))
                .GroupBy(value => value).OrderByDescending(group => group.Count()).Take(6).Select(group => group.Key)];
        }

        return steps;
    }

    /// <summary>What a module adds to its variables.</summary>
    public IReadOnlyList<Node> Increments(SourceFile file)
    {
        if (!_increments.TryGetValue(file, out var increments))
        {
            _increments[file] = increments = [.. file.Root.Walk().Where(node => node.Kind == "AugAssign").Select(node => node.Child("value")!).Where(node => node.HasSpan && node.End - node.Start < 40).DistinctBy(file.Of).Take(8)];
        }

        return increments;
    }

    /// <summary>The conditions that a module asks, single ones and the parts of joined ones.</summary>
    public IReadOnlyList<Node> Tests(SourceFile file)
    {
        if (!_tests.TryGetValue(file, out var tests))
        {
            _tests[file] = tests = [.. file.Root.Walk().Where(node => node.HasSpan && (node.Slot is "test" or "ifs" || node.Parent is { Kind: "BoolOp" }) && node.Is("Compare", "Call", "Name", "Attribute", "UnaryOp")
                && node.End - node.Start < 80).DistinctBy(file.Of)];
        }

        return tests;
    }

    /// <summary>Parameters and variables that a function binds and never reads.</summary>
    public IReadOnlySet<string> Unread(Node function)
    {
        if (!_unread.TryGetValue(function, out var names))
        {
            var inside = function.List("body").SelectMany(node => node.Walk()).Where(node => node.Kind == "Name").ToLookup(IsBinding, node => node.Text("id")!);
            _unread[function] = names = [.. Site.Parameters(function).Concat(inside[true]).Where(name => name is not ("self" or "cls" or "_")).Except(inside[false])];
        }

        return names;
    }

    /// <summary>Attributes of <c>self</c> that a class assigns anywhere, as <c>self.x</c>.</summary>
    public IReadOnlyList<string> Assigned(Node type)
    {
        if (!_assigned.TryGetValue(type, out var names))
        {
            var fields = type.List("body").Where(node => node.Kind == "AnnAssign").Select(node => node.Child("target")!.Text("id")).OfType<string>().Select(name => $"self.{name}");
            _assigned[type] = names = [.. type.Walk().Where(node => node.Kind == "Attribute" && node.Slot is "targets" or "target" or "elts" && node.Child("value")!.Text("id") == "self")
                .Select(node => $"self.{node.Text("attr")}").Concat(fields).Distinct()];
        }

        return names;
    }

    private static bool IsBinding(Node name)
    {
        var node = name;
        while (node.Slot == "elts" && node.Parent is { Kind: "Tuple" or "List" } parent)
        {
            node = parent;
        }

        return node.Slot is "targets" or "target" or "optional_vars" && node.Parent is { Kind: not "AugAssign" };
    }

    public bool IsCalled(string attribute) => Callables.GetValueOrDefault(attribute)?.Any(node => node.Is("FunctionDef", "AsyncFunctionDef") && !IsProperty(node)) ?? false;

    private static bool IsProperty(Node function) =>
        function.List("decorator_list").Any(node => node.Text("id") is "property" or "cached_property" || node.Text("attr") is "setter" or "cached_property");

    private void Take(SourceFile file, Node node)
    {
        switch (node.Kind)
        {
            case "FunctionDef" or "AsyncFunctionDef":
                Add(Callables, node.Text("name")!, node);
                KeyGroups.AddRange(node.Walk().Where(part => part.Kind == "Subscript" && part.Child("slice") is { Kind: "Constant" } key && key.Text("type") == "str")
                    .GroupBy(part => file.Of(part.Child("value")!)).Select(group => group.Select(part => part.Child("slice")!.Text("value")!).ToHashSet()));
                break;
            case "ClassDef":
                Add(Callables, node.Text("name")!, node);
                if (node.List("bases").Any(part => file.Of(part) is { } name && (name.EndsWith("Error", StringComparison.Ordinal) || name.EndsWith("Exception", StringComparison.Ordinal))))
                {
                    Exceptions.Add(node.Text("name")!);
                }

                Members(node);
                break;
            case "Dict":
                KeyGroups.Add([.. node.List("keys").Where(key => key.Kind == "Constant" && key.Text("type") == "str").Select(key => key.Text("value")!)]);
                break;
            case "Constant" when node.Text("type") == "str" && node.Parent is not { Kind: "Expr" or "JoinedStr" }:
                Strings[node.Text("value")!] = Strings.GetValueOrDefault(node.Text("value")!) + 1;
                break;
        }
    }

    private void Members(Node type)
    {
        var names = new HashSet<string>();
        foreach (var node in type.Walk())
        {
            var name = node switch
            {
                { Kind: "FunctionDef" or "AsyncFunctionDef" } when node.Parent == type => node.Text("name"),
                { Kind: "AnnAssign" } when node.Parent == type => node.Child("target")!.Text("id"),
                { Kind: "Name", Slot: "targets" } when node.Parent!.Parent == type => node.Text("id"),
                { Kind: "Attribute" } when node.Child("value")!.Text("id") == "self" => node.Text("attr"),
                _ => null,
            };
            if (name is not null && !name.StartsWith("__", StringComparison.Ordinal))
            {
                names.Add(name);
            }
        }

        foreach (var name in names)
        {
            Add(_groupsOfAttribute, name, names);
        }
    }

    private static void Add<T>(Dictionary<string, List<T>> into, string name, T value)
    {
        if (!into.TryGetValue(name, out var list))
        {
            into[name] = list = [];
        }

        list.Add(value);
    }
}
