namespace CodexCloudIde.Repair.Syntax;

/// <summary>A module of the project: its text and its tree.</summary>
internal sealed class SourceFile(string path, string text, Node root)
{
    public string Path { get; } = path;

    public string Text { get; } = text;

    public Node Root { get; } = root;

    public string NewLine { get; } = text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";

    /// <summary>Tests and their fixtures say what is right; they are never edited.</summary>
    public bool IsTest { get; } = IsTestPath(path);

    public string Of(Node node) => node.HasSpan ? Text[node.Start..node.End] : "";

    public int LineStart(int offset) => offset == 0 ? 0 : Text.LastIndexOf('\n', offset - 1) + 1;

    /// <summary>The end of the line that holds the offset, its line break left out.</summary>
    public int LineEnd(int offset)
    {
        var end = Text.IndexOf('\n', offset);
        return end < 0 ? Text.Length : end > 0 && Text[end - 1] == '\r' ? end - 1 : end;
    }

    /// <summary>The white space before a statement, or null when it shares its line with another.</summary>
    public string? Indent(Node statement)
    {
        var before = Text[LineStart(statement.Start)..statement.Start];
        return string.IsNullOrWhiteSpace(before) ? before.TrimStart('\uFEFF') : null;
    }

    /// <summary>The number of the line that holds an offset, from 1.</summary>
    public int LineOf(int offset)
    {
        var line = 1;
        for (var at = Text.IndexOf('\n'); at >= 0 && at < offset; at = Text.IndexOf('\n', at + 1))
        {
            line++;
        }

        return line;
    }

    public string LineText(int line)
    {
        var lines = Text.Split('\n');
        return line >= 1 && line <= lines.Length ? lines[line - 1].Trim() : "";
    }

    public static bool IsTestPath(string path)
    {
        var name = System.IO.Path.GetFileName(path);
        return name.StartsWith("test_", StringComparison.Ordinal) || name.EndsWith("_test.py", StringComparison.Ordinal) || name is "conftest.py" or "setup.py"
            || path.Split('/').Any(part => part is "tests" or "test" or "testing");
    }
}
