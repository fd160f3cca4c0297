using CodexCloudIde.Repair.Observations;
using CodexCloudIde.Repair.Syntax;

namespace CodexCloudIde.Repair.Candidates;

/// <summary>A place that may be at fault, and what is known around it.</summary>
internal sealed class Site
{
    private readonly Lazy<IReadOnlyList<string>> _variables;

    public Site(SourceFile file, Node node, ProjectIndex index)
    {
        File = file;
        Node = node;
        Index = index;
        Statement = node.Statement;
        Function = node.Function;
        index.Errors.TryGetValue((file.Path, node.Line), out var failure);
        if (failure is null)
        {
            index.Errors.TryGetValue((file.Path, Statement.Line), out failure);
        }

        Failure = failure;
        _variables = new(() => VariablesBefore(Statement));
    }

    public SourceFile File { get; }

    public Node Node { get; }

    public ProjectIndex Index { get; }

    public Node Statement { get; }

    public Node? Function { get; }

    /// <summary>A failure whose trace goes through this line.</summary>
    public Failure? Failure { get; }

    /// <summary>The failure whose trace ends on this line.</summary>
    public Failure? Raised => Failure is { InProduct: true, Surface: { } surface } && surface.Path == File.Path && (surface.Line == Node.Line || surface.Line == Statement.Line) ? Failure : null;

    public bool IsLoad => !(Node.Parent is { } parent && (
        (Node.Slot is "targets" or "target" && parent.Is("Assign", "AugAssign", "AnnAssign", "For", "AsyncFor", "comprehension", "NamedExpr"))
        || (parent.Is("Tuple", "List", "Starred") && parent.Slot is "targets" or "target" && parent.Parent!.Is("Assign", "For", "comprehension"))
        || Node.Slot is "annotation" or "returns" || parent.Kind == "Delete"));

    /// <summary>Parameters, and local names bound above the statement, nearest last.</summary>
    public IReadOnlyList<string> Variables => _variables.Value;

    public string Text => File.Of(Node);

    public string TextOf(Node node) => File.Of(node);

    public SourceEdit Replace(Node node, string text) => new(File.Path, node.Start, node.End, text);

    public Proposal Swap(string template, double prior, string text, string? what = null, string? sign = null) =>
        new(template, prior, [Replace(Node, text)], what ?? $"`{Short(Text)}` should be `{Short(text)}`", sign);

    /// <summary>A statement (lines without indentation) above another one.</summary>
    public SourceEdit? Above(Node statement, string text)
    {
        if (File.Indent(statement) is not { } indent)
        {
            return null;
        }

        var at = File.LineStart(statement.Start);
        return new SourceEdit(File.Path, at, at, Indented(text, indent) + File.NewLine);
    }

    public SourceEdit? Below(Node statement, string text)
    {
        if (File.Indent(statement) is not { } indent)
        {
            return null;
        }

        var at = File.LineEnd(statement.End);
        return new SourceEdit(File.Path, at, at, File.NewLine + Indented(text, indent));
    }

    public static string Short(string text)
    {
        var line = string.Join(' ', text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= 80 ? line : line[..77] + "…";
    }

    public static string Quote(string value) =>
        "\"" + value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal) + "\"";

    public IEnumerable<string> VariablesAt(Node statement) => VariablesBefore(statement);

    /// <summary>The innermost loop around the statement, within its function.</summary>
    public Node? Loop => Statement.Ancestors().TakeWhile(node => node != Function).FirstOrDefault(node => node.Is("For", "While", "AsyncFor"));

    /// <summary>Types that a variable of the function, or <c>self.x</c>, was seen to have; nothing when it was never seen.</summary>
    public IReadOnlyList<string> TypesOf(string text)
    {
        if (Function is null)
        {
            return [];
        }

        var seen = Index.Observation.Types.In(File.Path, Function);
        if (!text.StartsWith("self.", StringComparison.Ordinal))
        {
            return seen.GetValueOrDefault(text) ?? [];
        }

        var owners = seen.GetValueOrDefault("self") ?? (Node.Class?.Text("name") is { } name ? [name] : []);
        return [.. owners.SelectMany(owner => Index.Observation.Types.Members(owner).GetValueOrDefault(text[5..]) ?? []).Distinct()];
    }

    /// <summary>Seen as a number, or never seen at all.</summary>
    public bool MayBeNumber(string text) => TypesOf(text) is { } types && (types.Count == 0 || types.Any(type => type is "int" or "float" or "Decimal" or "Fraction" or "timedelta" or "date" or "datetime"));

    public bool IsNumber(string text) => TypesOf(text).Any(type => type is "int" or "float" or "Decimal" or "Fraction");

    /// <summary>Parameters and variables of the function that nothing in it reads.</summary>
    public IEnumerable<string> Unread => Function is null ? [] : Index.Unread(Function);

    /// <summary>Attributes of <c>self</c> that the class assigns, as <c>self.x</c>.</summary>
    public IReadOnlyList<string> SelfMembers => Function is not null && Node.Class is { } type && Parameters(Function).FirstOrDefault() == "self" ? Index.Assigned(type) : [];

    private string Indented(string text, string indent) => string.Join(File.NewLine, text.Split('\n').Select(line => line.Length == 0 ? line : indent + line));

    private static List<string> VariablesBefore(Node statement)
    {
        var names = new List<string>();
        var function = statement.Function;
        if (function is null)
        {
            return names;
        }

        foreach (var outer in function.Ancestors().Where(node => node.Is("FunctionDef", "AsyncFunctionDef")))
        {
            names.AddRange(Parameters(outer).Concat(outer.List("body").Where(node => node.IsStatement && node.Start < function.Start).SelectMany(Bound)).Where(name => name is not ("self" or "cls") && !names.Contains(name)));
        }

        names.AddRange(Parameters(function).Where(name => !names.Contains(name)));
        foreach (var node in function.List("body").SelectMany(part => part.Walk()))
        {
            if (node.Start > statement.Start || (node.Line == statement.Line && node.Statement == statement && !statement.Is("For", "With")))
            {
                continue;
            }

            if (node.Kind == "FunctionDef" && !names.Contains(node.Text("name")!))
            {
                names.Add(node.Text("name")!);
            }

            if (node.Kind == "Name" && node.Slot is "targets" or "target" or "optional_vars" or "elts" && node.Text("id") is { } name && IsStore(node) && !names.Contains(name))
            {
                names.Add(name);
            }
        }

        return names;
    }

    /// <summary>Names that a statement or loop binds, those in tuples too.</summary>
    public static IEnumerable<string> Bound(Node node) => node.Walk().Where(part => part.Kind == "Name" && IsStore(part)).Select(part => part.Text("id")!);

    private static bool IsStore(Node name)
    {
        var node = name;
        while (node.Slot == "elts" && node.Parent is { Kind: "Tuple" or "List" } parent)
        {
            node = parent;
        }

        return node.Slot is "targets" or "target" or "optional_vars" && node.Parent is not { Kind: "comprehension" };
    }

    public static IEnumerable<string> Parameters(Node function) =>
        function.Child("args") is { } arguments
            ? arguments.List("posonlyargs").Concat(arguments.List("args")).Concat(arguments.List("kwonlyargs"))
                .Concat(new[] { arguments.Child("vararg"), arguments.Child("kwarg") }.OfType<Node>()).Select(node => node.Text("arg")!)
            : [];

    /// <summary>Names that an expression or statement reads.</summary>
    public static IEnumerable<string> Names(Node node) => node.Walk().Where(part => part.Kind == "Name").Select(part => part.Text("id")!).Distinct();
}
