using Microsoft.VisualStudio.TestPlatform.ObjectModel;

namespace CodexCloudIde.TestLogger;

/// <summary>What a case is called and where it stands: <c>path::Namespace.Class.Method(arguments)</c>.</summary>
internal static class TestIdentity
{
    private static readonly string Root = (Environment.GetEnvironmentVariable("IDE_ROOT") ?? "/workspace") + "/";

    /// <summary>Ids in the file that <c>IDE_CASES</c> names, with NULs between them; null is all.</summary>
    private static readonly HashSet<string>? Wanted = Environment.GetEnvironmentVariable("IDE_CASES") is { Length: > 0 } list && File.Exists(list)
        ? [.. File.ReadAllText(list).Split('\0')] : null;

    /// <summary>Below the workspace, or absolute.</summary>
    public static string Relative(string path) => path.StartsWith(Root, StringComparison.Ordinal) ? path.Substring(Root.Length) : path;

    /// <summary>The line's beginning; null for a case that nobody asked for, which ran because filters know methods only.</summary>
    public static JsonLine? Describe(string line, TestCase test)
    {
        // An adapter that does not know the source names the assembly at least.
        var path = Relative(test.CodeFilePath is { Length: > 0 } source ? source : test.Source);
        var name = NameOf(test.FullyQualifiedName, test.DisplayName);
        var id = $"{path}::{name}";
        return Wanted is null || Wanted.Contains(id) ? new JsonLine(line).Put("id", id).Put("name", ShortOf(name, path)).Put("path", path).PutLine(test.LineNumber) : null;
    }

    /// <summary>What people read: without the namespace, and without the class where the file is called like it.</summary>
    internal static string ShortOf(string name, string path)
    {
        var end = name.IndexOfAny(['(', '"']) is >= 0 and var at ? at : name.Length;
        var method = end == 0 ? -1 : name.LastIndexOf('.', end - 1, end);
        if (method < 0)
        {
            return name;
        }

        var type = method > 0 ? name.LastIndexOfAny(['.', '+'], method - 1) : -1;
        return name.Substring(type + 1, method - type - 1) == Path.GetFileNameWithoutExtension(path) ? name.Substring(method + 1) : name.Substring(type + 1);
    }

    /// <summary>The full name of the method with the arguments of this case, which some adapters leave to the display name and others repeat there.</summary>
    internal static string NameOf(string method, string display)
    {
        var bare = method.IndexOf('(') is > 0 and var at ? method.Substring(0, at) : method;
        var arguments = display.StartsWith(bare, StringComparison.Ordinal) ? display.Substring(bare.Length)
            : display.StartsWith(Last(bare), StringComparison.Ordinal) ? display.Substring(Last(bare).Length)
            : $" \"{display}\"";
        return bare + arguments;

        static string Last(string name) => name.Substring(name.LastIndexOf('.') + 1);
    }
}
