using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace CodexCloudIde.Models;

/// <summary>
/// One answer in the Responses wire format, built up from a model's updates. Every step gives the events that a stream sends; who wants the whole takes
/// <see cref="Whole"/> at the end. Output items follow one another: text, reasoning and calls each close the item before them.
/// </summary>
internal sealed class ResponseAnswer(JsonObject request, string model, DateTimeOffset at)
{
    private readonly string id = $"resp_{Guid.CreateVersion7():N}";
    private readonly JsonArray output = [];
    private readonly UsageDetails usage = new();
    private readonly StringBuilder text = new();
    private JsonObject? open;
    private ChatFinishReason? finish;
    private int events;

    public IEnumerable<JsonObject> Begin()
    {
        yield return Event("response.created", ("response", Whole("in_progress")));
        yield return Event("response.in_progress", ("response", Whole("in_progress")));
    }

    public IEnumerable<JsonObject> Take(ChatResponseUpdate update)
    {
        finish = update.FinishReason ?? finish;
        return update.Contents.SelectMany(content => content switch
        {
            TextReasoningContent { Text.Length: > 0 } thought => Say("reasoning", thought.Text),
            TextContent { Text.Length: > 0 } said => Say("message", said.Text),
            FunctionCallContent call => Call(call),
            UsageContent figures => Count(figures),
            _ => [],
        });
    }

    public IEnumerable<JsonObject> End()
    {
        foreach (var happened in Close()) yield return happened;
        var cut = finish == ChatFinishReason.Length;
        yield return Event(cut ? "response.incomplete" : "response.completed", ("response", Whole()));
    }

    public IEnumerable<JsonObject> Fail(GatewayRefusal failure)
    {
        var whole = Whole("failed");
        whole["error"] = new JsonObject { ["code"] = failure.Code, ["message"] = failure.Message };
        yield return Event("response.failed", ("response", whole));
    }

    /// <summary>The response as it stands; completed unless told.</summary>
    public JsonObject Whole(string? status = null)
    {
        var cut = status is null && finish == ChatFinishReason.Length;
        var (input, generated) = (usage.InputTokenCount ?? 0, usage.OutputTokenCount ?? 0);
        return new JsonObject
        {
            ["id"] = id,
            ["object"] = "response",
            ["created_at"] = at.ToUnixTimeSeconds(),
            ["status"] = status ?? (cut ? "incomplete" : "completed"),
            ["error"] = null,
            ["incomplete_details"] = cut ? new JsonObject { ["reason"] = "max_output_tokens" } : null,
            ["instructions"] = request["instructions"]?.DeepClone(),
            ["max_output_tokens"] = request["max_output_tokens"]?.DeepClone(),
            ["metadata"] = request["metadata"] as JsonObject is { } metadata ? metadata.DeepClone() : new JsonObject(),
            ["model"] = model,
            ["output"] = output.DeepClone(),
            ["parallel_tool_calls"] = request["parallel_tool_calls"]?.DeepClone() ?? true,
            ["previous_response_id"] = null,
            ["reasoning"] = request["reasoning"]?.DeepClone() ?? new JsonObject { ["effort"] = null, ["summary"] = null },
            ["store"] = false,
            ["temperature"] = request["temperature"]?.DeepClone(),
            ["text"] = request["text"]?.DeepClone() ?? new JsonObject { ["format"] = new JsonObject { ["type"] = "text" } },
            ["tool_choice"] = request["tool_choice"]?.DeepClone() ?? "auto",
            ["tools"] = request["tools"]?.DeepClone() ?? new JsonArray(),
            ["top_p"] = request["top_p"]?.DeepClone(),
            ["truncation"] = "disabled",
            ["usage"] = status is "in_progress" ? null : new JsonObject
            {
                ["input_tokens"] = input,
                ["input_tokens_details"] = new JsonObject { ["cached_tokens"] = usage.CachedInputTokenCount ?? 0 },
                ["output_tokens"] = generated,
                ["output_tokens_details"] = new JsonObject { ["reasoning_tokens"] = usage.ReasoningTokenCount ?? 0 },
                ["total_tokens"] = input + generated,
            },
        };
    }

    private IEnumerable<JsonObject> Say(string type, string words)
    {
        if ((string?)open?["type"] != type)
        {
            foreach (var happened in Close().Concat(Open(type))) yield return happened;
        }

        text.Append(words);
        yield return Part(type == "message" ? "response.output_text.delta" : "response.reasoning_text.delta", ("delta", words));
    }

    private IEnumerable<JsonObject> Open(string type)
    {
        open = new JsonObject { ["id"] = NewId(type == "message" ? "msg" : "rs"), ["type"] = type, ["status"] = "in_progress", ["content"] = new JsonArray() };
        open[type == "message" ? "role" : "summary"] = type == "message" ? "assistant" : new JsonArray();
        text.Clear();
        yield return Item("response.output_item.added", open);
        yield return Part("response.content_part.added", ("part", ContentPart("")));
    }

    private IEnumerable<JsonObject> Close()
    {
        if (open is null) yield break;
        var said = text.ToString();
        yield return Part((string)open["type"]! == "message" ? "response.output_text.done" : "response.reasoning_text.done", ("text", said));
        yield return Part("response.content_part.done", ("part", ContentPart(said)));
        open["status"] = "completed";
        open["content"] = new JsonArray(ContentPart(said));
        yield return Item("response.output_item.done", open);
        output.Add(open.DeepClone());
        open = null;
    }

    private IEnumerable<JsonObject> Call(FunctionCallContent call)
    {
        foreach (var happened in Close()) yield return happened;
        var arguments = JsonSerializer.Serialize(call.Arguments ?? new Dictionary<string, object?>());
        var item = new JsonObject
        {
            ["id"] = NewId("fc"), ["type"] = "function_call", ["status"] = "in_progress", ["call_id"] = call.CallId, ["name"] = call.Name, ["arguments"] = "",
        };
        var itemId = (string)item["id"]!;
        yield return Item("response.output_item.added", item);
        yield return Event("response.function_call_arguments.delta", ("item_id", itemId), ("output_index", output.Count), ("delta", arguments));
        yield return Event("response.function_call_arguments.done", ("item_id", itemId), ("output_index", output.Count), ("name", call.Name), ("arguments", arguments));
        (item["status"], item["arguments"]) = ("completed", arguments);
        yield return Item("response.output_item.done", item);
        output.Add(item);
    }

    private IEnumerable<JsonObject> Count(UsageContent figures)
    {
        usage.Add(figures.Details);
        return [];
    }

    private JsonObject ContentPart(string said) => (string)open!["type"]! == "message"
        ? new JsonObject { ["type"] = "output_text", ["text"] = said, ["annotations"] = new JsonArray() }
        : new JsonObject { ["type"] = "reasoning_text", ["text"] = said };

    private JsonObject Item(string name, JsonObject item) => Event(name, ("output_index", output.Count), ("item", item.DeepClone()));

    private JsonObject Part(string name, (string Name, JsonNode? Value) what) =>
        Event(name, ("item_id", (string)open!["id"]!), ("output_index", output.Count), ("content_index", 0), what);

    private JsonObject Event(string name, params ReadOnlySpan<(string Name, JsonNode? Value)> fields)
    {
        var happened = new JsonObject { ["type"] = name, ["sequence_number"] = events++ };
        foreach (var (field, value) in fields) happened[field] = value;
        return happened;
    }

    private static string NewId(string prefix) => string.Create(CultureInfo.InvariantCulture, $"{prefix}_{Guid.CreateVersion7():N}");
}
