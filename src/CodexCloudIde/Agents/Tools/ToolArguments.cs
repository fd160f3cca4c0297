using System.Text.Json;

namespace CodexCloudIde.Agents.Tools;

/// <summary>Arguments that a model got wrong; the message goes back to it.</summary>
internal sealed class ToolArgumentException(string message) : Exception(message);

/// <summary>A call's arguments, read with names in the errors.</summary>
internal sealed class ToolArguments
{
    private readonly JsonElement json;

    private ToolArguments(JsonElement json) => this.json = json;

    /// <summary>The arguments as they came, keys sorted: what an approval is bound to.</summary>
    public string Canonical => JsonSerializer.Serialize(
        json.EnumerateObject().OrderBy(property => property.Name, StringComparer.Ordinal).ToDictionary(property => property.Name, property => property.Value));

    public static ToolArguments From(IDictionary<string, object?>? arguments) =>
        new(JsonSerializer.SerializeToElement(arguments ?? new Dictionary<string, object?>()));

    public string Text(string name) => OptionalText(name) ?? throw new ToolArgumentException($"'{name}' must be a string.");

    public string? OptionalText(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } value => value.GetString(),
        _ => throw new ToolArgumentException($"'{name}' must be a string."),
    };

    public bool Flag(string name) => Find(name) switch
    {
        null or { ValueKind: JsonValueKind.False } => false,
        { ValueKind: JsonValueKind.True } => true,
        _ => throw new ToolArgumentException($"'{name}' must be true or false."),
    };

    public double? OptionalNumber(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } value => value.GetDouble(),
        _ => throw new ToolArgumentException($"'{name}' must be a number."),
    };

    public IReadOnlyList<string>? OptionalTexts(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Array } list when list.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String) =>
            [.. list.EnumerateArray().Select(item => item.GetString()!)],
        _ => throw new ToolArgumentException($"'{name}' must be a list of strings."),
    };

    public T Value<T>(string name)
    {
        try
        {
            return Find(name) is { } value && value.Deserialize<T>(TaskJson.Options) is { } read ? read : throw new ToolArgumentException($"'{name}' is missing.");
        }
        catch (JsonException e)
        {
            throw new ToolArgumentException($"'{name}' is malformed at {e.Path}.");
        }
    }

    /// <summary>A path inside the workspace, normalised; <c>.</c> and <c>/workspace</c> are its root.</summary>
    public string Path(string name) => Normalised(Text(name));

    public string? OptionalPath(string name) => OptionalText(name) is { } path ? Normalised(path) : null;

    public JsonElement? Find(string name) => json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static string Normalised(string path)
    {
        var relative = path == "/workspace" || path.StartsWith("/workspace/", StringComparison.Ordinal) ? path["/workspace".Length..].TrimStart('/') : path;
        var parts = relative.Split('/').Where(part => part is not ("" or ".")).ToList();
        return relative.StartsWith('/') || parts.Contains("..") || relative.Contains('\0', StringComparison.Ordinal)
            ? throw new ToolArgumentException($"'{path}' is no path inside the workspace; give it relative to the workspace's root.")
            : string.Join('/', parts);
    }
}
