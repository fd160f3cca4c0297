using CodexCloudIde.Repair.Observations;
using CodexCloudIde.Repair.Syntax;

namespace CodexCloudIde.Repair.Candidates;

/// <summary>What the project knows by name: the vocabulary from which replacements are taken.</summary>
internal sealed class ProjectIndex
{
    private readonly Dictionary<string, List<HashSet<string>>> _groupsOfAttribute = [];

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
