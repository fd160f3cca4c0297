using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using static CodexCloudIde.Models.Wire;

namespace CodexCloudIde.Models;

/// <summary>From the Chat Completions wire format to messages and tools.</summary>
internal static class CompletionsRequest
{
    private static readonly HashSet<string> Roles = new(StringComparer.Ordinal) { "system", "developer", "user", "assistant", "tool" };

    /// <exception cref="FormatException">The message says which field is at fault.</exception>
    public static (List<ChatMessage> Messages, ChatOptions Options) Read(JsonObject request)
    {
        var messages = ((JsonArray)request["messages"]!).Select((message, i) => Message(message as JsonObject ?? throw Bad($"messages[{i}]"), i)).ToList();
        var options = new ChatOptions { Tools = (request["tools"] as JsonArray)?.Select((tool, i) => Tool(Field(tool, "function"), $"tools[{i}].function")).ToList() };
        return (messages, options);
    }

    /// <summary>A function that may be called, as its name, description and parameters say.</summary>
    /// <exception cref="FormatException">It has no name, or its parameters are no schema.</exception>
    public static AITool Tool(JsonNode? function, string field)
    {
        var name = Words(Field(function, "name")) is { Length: > 0 } given ? given : throw Bad($"{field}.name");
        var parameters = Field(function, "parameters");
        if (parameters is not (null or JsonObject)) throw Bad($"{field}.parameters");
        return AIFunctionFactory.CreateDeclaration(name, Words(Field(function, "description")) ?? "", JsonSerializer.SerializeToElement(parameters ?? new JsonObject()));
    }

    /// <summary>A call's arguments from their JSON text.</summary>
    /// <exception cref="FormatException">They are no JSON object.</exception>
    public static Dictionary<string, object?> Arguments(string json, string field)
    {
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, object?>>(json.Length == 0 ? "{}" : json) ?? [];
        }
        catch (JsonException)
        {
            throw Bad(field);
        }
    }

    private static ChatMessage Message(JsonObject message, int index)
    {
        var role = Words(message["role"]) is { } given && Roles.Contains(given) ? given : throw Bad($"messages[{index}].role");
        if (message["content"] is not (null or JsonArray) && Words(message["content"]) is null) throw Bad($"messages[{index}].content");
        if (role == "tool")
        {
            var id = Words(message["tool_call_id"]) ?? throw Bad($"messages[{index}].tool_call_id");
            return new ChatMessage(ChatRole.Tool, [new FunctionResultContent(id, Content(message["content"]))]);
        }

        var contents = new List<AIContent>();
        if (Content(message["content"]) is { Length: > 0 } text) contents.Add(new TextContent(text));
        if (message["tool_calls"] is not (null or JsonArray)) throw Bad($"messages[{index}].tool_calls");
        foreach (var call in message["tool_calls"] as JsonArray ?? [])
        {
            var function = Field(call, "function");
            var (id, name) = (Words(Field(call, "id")), Words(Field(function, "name")));
            if (string.IsNullOrEmpty(id) || string.IsNullOrEmpty(name)) throw Bad($"messages[{index}].tool_calls");
            contents.Add(new FunctionCallContent(id, name, Arguments(Words(Field(function, "arguments")) ?? "", $"messages[{index}].tool_calls.function.arguments")));
        }

        return new ChatMessage(new ChatRole(role == "developer" ? "system" : role), contents);
    }
}
