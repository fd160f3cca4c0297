using System.Text.Json;

namespace CodexCloudIde.Repair.Syntax;

/// <summary>A node of Python's own syntax tree, with the span of UTF-16 units that it takes in its file; <see cref="Start"/> is -1 where the span is not known.</summary>
internal sealed class Node
{
    private readonly Dictionary<string, Node> _children = [];
    private readonly Dictionary<string, IReadOnlyList<Node>> _lists = [];
    private readonly Dictionary<string, string> _texts = [];
    private readonly Dictionary<string, IReadOnlyList<string>> _textLists = [];

    private Node(string kind) => Kind = kind;

    /// <summary>A module without anything in it.</summary>
    public static Node Nothing { get; } = new("Module");

    public string Kind { get; }

    public int Start { get; private init; } = -1;

    public int End { get; private init; } = -1;

    public int Line { get; private init; }

    public Node? Parent { get; private set; }

    /// <summary>The field of the parent that holds this node.</summary>
    public string Slot { get; private set; } = "";

    public bool HasSpan => Start >= 0;

    public bool IsStatement => Slot is "body" or "orelse" or "finalbody" && Parent is { Kind: not ("Lambda" or "IfExp" or "Expression") };

    public IEnumerable<Node> Children => _children.Values.Concat(_lists.Values.SelectMany(list => list));

    public Node? Child(string field) => _children.GetValueOrDefault(field);

    public IReadOnlyList<Node> List(string field) => _lists.GetValueOrDefault(field) ?? [];

    public string? Text(string field) => _texts.GetValueOrDefault(field);

    public IReadOnlyList<string> Texts(string field) => _textLists.GetValueOrDefault(field) ?? [];

    public bool Is(params ReadOnlySpan<string> kinds)
    {
        foreach (var kind in kinds)
        {
            if (Kind == kind)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>This node and everything below it.</summary>
    public IEnumerable<Node> Walk()
    {
        var waiting = new Stack<Node>([this]);
        while (waiting.TryPop(out var node))
        {
            yield return node;
            foreach (var child in node.Children.Reverse())
            {
                waiting.Push(child);
            }
        }
    }

    public IEnumerable<Node> Ancestors()
    {
        for (var node = Parent; node is not null; node = node.Parent)
        {
            yield return node;
        }
    }

    public Node Statement => IsStatement ? this : Ancestors().FirstOrDefault(node => node.IsStatement) ?? this;

    public Node? Function => Ancestors().FirstOrDefault(node => node.Is("FunctionDef", "AsyncFunctionDef"));

    public Node? Class => Ancestors().FirstOrDefault(node => node.Kind == "ClassDef");

    public static Node Read(JsonElement json)
    {
        var node = new Node(json.GetProperty("k").GetString()!)
        {
            Start = json.TryGetProperty("s", out var start) ? start.GetInt32() : -1,
            End = json.TryGetProperty("e", out var end) ? end.GetInt32() : -1,
            Line = json.TryGetProperty("l", out var line) ? line.GetInt32() : 0,
        };
        foreach (var field in json.EnumerateObject())
        {
            if (field.Name is not ("k" or "s" or "e" or "l"))
            {
                node.Take(field.Name, field.Value);
            }
        }

        return node;
    }

    private void Take(string field, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                _children[field] = Adopt(Read(value), field);
                break;
            case JsonValueKind.Array when value.EnumerateArray().All(entry => entry.ValueKind == JsonValueKind.String):
                _textLists[field] = [.. value.EnumerateArray().Select(entry => entry.GetString()!)];
                break;
            case JsonValueKind.Array:
                _lists[field] = [.. value.EnumerateArray().Where(entry => entry.ValueKind == JsonValueKind.Object).Select(entry => Adopt(Read(entry), field))];
                break;
            default:
                _texts[field] = value.ToString();
                break;
        }
    }

    private Node Adopt(Node child, string field)
    {
        child.Parent = this;
        child.Slot = field;
        return child;
    }
}
