using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace CodexCloudIde.Models;

/// <summary>From the Chat Completions wire format to messages and tools.</summary>
internal static class CompletionsRequest
{
    /// <exception cref="FormatException">The message says which field is at fault.</exception>
    public static (List<ChatMessage> Messages, ChatOptions Options) Read(JsonObject request)
    {
        var messages = ((JsonArray)request["messages"]!).Select((message, i) => Message(message as JsonObject ?? throw Bad($"messages[{i}]"), i)).ToList();
        var options = new ChatOptions { Tools = (request["tools"] as JsonArray)?.Select(Tool).ToList() };
        return (messages, options);
    }

    private static ChatMessage Message(JsonObject message, int index)
    {
        var role = Text(message["role"]) ?? throw Bad($"messages[{index}].role");
        if (role == "tool")
        {
            var id = Text(message["tool_call_id"]) ?? throw Bad($"messages[{index}].tool_call_id");
            return new ChatMessage(ChatRole.Tool, [new FunctionResultContent(id, Content(message["content"]))]);
        }

        var contents = new List<AIContent>();
        if (Content(message["content"]) is { Length: > 0 } text)
        {
            contents.Add(new TextContent(text));
        }

        foreach (var call in message["tool_calls"] as JsonArray ?? [])
        {
            var (id, name, arguments) = (Text(call?["id"]), Text(call?["function"]?["name"]), Text(call?["function"]?["arguments"]));
            if (id is null || name is null)
            {
                throw Bad($"messages[{index}].tool_calls");
            }

            contents.Add(new FunctionCallContent(id, name, Arguments(arguments ?? "{}", index)));
        }

        return new ChatMessage(new ChatRole(role == "developer" ? "system" : role), contents);
    }

    private static Dictionary<string, object?>? Arguments(string json, int index)
    {
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, object?>>(json);
        }
        catch (JsonException)
        {
            throw Bad($"messages[{index}].tool_calls.function.arguments");
        }
    }

    private static AITool Tool(JsonNode? tool)
    {
        var function = tool?["function"];
        var schema = function?["parameters"] is { } parameters ? JsonSerializer.SerializeToElement(parameters) : JsonSerializer.SerializeToElement(new JsonObject());
        return AIFunctionFactory.CreateDeclaration(Text(function?["name"]) ?? throw Bad("tools"), Text(function?["description"]) ?? "", schema);
    }

    private static string Content(JsonNode? content) => content is JsonArray parts
        ? string.Concat(parts.Select(part => Text(part?["text"])))
        : Text(content) ?? "";

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static FormatException Bad(string field) => new($"'{field}' is missing or malformed.");
}
