using System.Text.Json;
using System.Text.Json.Nodes;

namespace CodexCloudIde.Models;

/// <summary>Reads JSON that anybody may have sent: what is not what it should be is null, never an exception.</summary>
internal static class Wire
{
    /// <summary>A field of an object; null when there is none or it is no object.</summary>
    public static JsonNode? Field(JsonNode? node, string name) => (node as JsonObject)?[name];

    /// <summary>A text; null for anything else, half a surrogate pair included.</summary>
    public static string? Words(JsonNode? node)
    {
        try
        {
            return node is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    public static double? Number(JsonNode? node) => node is JsonValue value && value.TryGetValue<double>(out var number) ? number : null;

    /// <summary>The texts of a content: one, or a list of parts.</summary>
    public static string Content(JsonNode? content) => content is JsonArray parts ? string.Concat(parts.Select(part => Words(Field(part, "text")))) : Words(content) ?? "";

    public static FormatException Bad(string field) => new($"'{field}' is missing or malformed.");
}
