using CodexCloudIde.Repair.Syntax;

namespace CodexCloudIde.Repair.Observations;

/// <summary>Which types the variables of functions and the attributes of objects were seen to have while the tests ran.</summary>
internal sealed class ValueTypes(
    IReadOnlyDictionary<(string Path, int Line), IReadOnlyDictionary<string, IReadOnlyList<string>>> variables,
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, IReadOnlyList<string>>> members)
{
    private static readonly IReadOnlyDictionary<string, IReadOnlyList<string>> None = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>A function's variables; it begins at its first decorator.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> In(string path, Node function) =>
        variables.GetValueOrDefault((path, FirstLine(function))) ?? None;

    public IReadOnlyDictionary<string, IReadOnlyList<string>> Members(string type) => members.GetValueOrDefault(type) ?? None;

    public static int FirstLine(Node function) => function.List("decorator_list").Select(node => node.Line).Append(function.Line).Min();
}
