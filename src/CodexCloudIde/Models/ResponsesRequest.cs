using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using static CodexCloudIde.Models.Wire;

namespace CodexCloudIde.Models;

/// <summary>From the Responses wire format to messages and options. Nothing is stored here, so everything that the model is to know comes with the request.</summary>
internal static class ResponsesRequest
{
    /// <exception cref="FormatException">The message says which field is at fault.</exception>
    public static (List<ChatMessage> Messages, ChatOptions Options) Read(JsonObject request)
    {
        if (request["previous_response_id"] is not null || request["conversation"] is not null)
            throw new FormatException("'previous_response_id' and 'conversation' need stored responses, and none are stored here: send the whole conversation as 'input'.");
        if (request["background"]?.GetValueKind() == JsonValueKind.True) throw new FormatException("'background' needs stored responses, and none are stored here: stream instead.");
        var messages = new List<ChatMessage>();
        if (Optional(request, "instructions") is { Length: > 0 } instructions) messages.Add(new ChatMessage(ChatRole.System, instructions));
        if (request["input"] is JsonArray { Count: > 0 } items)
        {
            foreach (var (item, i) in items.Select((item, i) => (item, i))) Add(messages, item as JsonObject ?? throw Bad($"input[{i}]"), $"input[{i}]");
        }
        else
        {
            messages.Add(new ChatMessage(ChatRole.User, Words(request["input"]) is { Length: > 0 } text ? text : throw Bad("input")));
        }

        return (messages, Options(request));
    }

    private static void Add(List<ChatMessage> messages, JsonObject item, string field)
    {
        switch (Words(item["type"]) ?? "message")
        {
            case "message":
                messages.Add(new ChatMessage(RoleOf(Words(item["role"]), field), Said(item["content"], $"{field}.content")));
                break;
            case "function_call":
                var (id, name) = (Words(item["call_id"]) ?? throw Bad($"{field}.call_id"), Words(item["name"]) ?? throw Bad($"{field}.name"));
                Attach(messages, ChatRole.Assistant, new FunctionCallContent(id, name, CompletionsRequest.Arguments(Words(item["arguments"]) ?? "", $"{field}.arguments")));
                break;
            case "function_call_output":
                Attach(messages, ChatRole.Tool, new FunctionResultContent(Words(item["call_id"]) ?? throw Bad($"{field}.call_id"), Said(item["output"], $"{field}.output")));
                break;
            case "reasoning":
                // What a model thought earlier; Chat Completions have no place for it.
                break;
            case var other:
                throw new FormatException($"'{field}' is of type '{other}'; message, function_call, function_call_output and reasoning are understood here.");
        }
    }

    /// <summary>Calls made at once are one message, and so are their results.</summary>
    private static void Attach(List<ChatMessage> messages, ChatRole role, AIContent content)
    {
        if (messages is [.., var last] && last.Role == role) last.Contents.Add(content);
        else messages.Add(new ChatMessage(role, [content]));
    }

    private static ChatRole RoleOf(string? role, string field) => role switch
    {
        "user" => ChatRole.User,
        "assistant" => ChatRole.Assistant,
        "system" or "developer" => ChatRole.System,
        _ => throw Bad($"{field}.role"),
    };

    private static string Said(JsonNode? content, string field)
    {
        if (content is JsonArray parts && parts.FirstOrDefault(part => Words(Field(part, "text")) is null) is { } strange)
            throw new FormatException($"'{field}' holds a part of type '{Words(Field(strange, "type"))}'; only text is understood here.");
        return content is JsonArray || Words(content) is not null ? Content(content) : throw Bad(field);
    }

    private static ChatOptions Options(JsonObject request) => new()
    {
        Tools = (request["tools"] as JsonArray)?.Select(Tool).ToList(),
        ToolMode = Mode(request["tool_choice"]),
        AllowMultipleToolCalls = request["parallel_tool_calls"] is JsonValue several && several.TryGetValue<bool>(out var allowed) ? allowed : null,
        Temperature = (float?)Optional(request, "temperature", 0, 2),
        TopP = (float?)Optional(request, "top_p", 0, 1),
        MaxOutputTokens = (int?)Optional(request, "max_output_tokens", 1, int.MaxValue),
        ResponseFormat = Format(Field(request["text"], "format")),
    };

    private static AITool Tool(JsonNode? tool, int index) => Words(Field(tool, "type")) == "function"
        ? CompletionsRequest.Tool(tool, $"tools[{index}]")
        : throw new FormatException($"'tools[{index}]' is of type '{Words(Field(tool, "type"))}'; only functions are offered here.");

    private static ChatToolMode? Mode(JsonNode? choice) => choice switch
    {
        null => null,
        JsonObject when Words(Field(choice, "name")) is { Length: > 0 } name => ChatToolMode.RequireSpecific(name),
        _ => Words(choice) switch
        {
            "auto" => ChatToolMode.Auto,
            "none" => ChatToolMode.None,
            "required" => ChatToolMode.RequireAny,
            _ => throw Bad("tool_choice"),
        },
    };

    private static ChatResponseFormat? Format(JsonNode? format) => Words(Field(format, "type")) switch
    {
        null => format is null ? null : throw Bad("text.format"),
        "text" => ChatResponseFormat.Text,
        "json_object" => ChatResponseFormat.Json,
        "json_schema" => ChatResponseFormat.ForJsonSchema(
            JsonSerializer.SerializeToElement(Field(format, "schema") as JsonObject ?? throw Bad("text.format.schema")), Words(Field(format, "name")) ?? "answer"),
        _ => throw Bad("text.format.type"),
    };

    private static string? Optional(JsonObject request, string field) => request[field] is null ? null : Words(request[field]) ?? throw Bad(field);

    private static double? Optional(JsonObject request, string field, double least, double most) =>
        request[field] is null ? null : Number(request[field]) is { } number && number >= least && number <= most ? number : throw Bad(field);
}
