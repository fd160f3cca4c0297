using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace CodexCloudIde.Models;

/// <summary>The offline model in the Chat Completions wire format, streamed or whole.</summary>
internal static class OfflineCompletions
{
    public static async Task AnswerAsync(
        HttpContext context, IChatClient client, GatewayRequest request, TimeProvider time, CancellationToken cancellationToken)
    {
        List<ChatMessage> messages;
        ChatOptions options;
        try
        {
            (messages, options) = CompletionsRequest.Read(request.Body);
        }
        catch (FormatException e)
        {
            await GatewayRefusal.Malformed(e.Message).WriteAsync(context);
            return;
        }

        var envelope = new Envelope($"chatcmpl-{Guid.CreateVersion7():N}", time.GetUtcNow().ToUnixTimeSeconds(), request.Model.Name);
        try
        {
            if (request.Streamed)
            {
                await StreamAsync(context, client.GetStreamingResponseAsync(messages, options, cancellationToken), envelope, cancellationToken);
            }
            else
            {
                var response = await client.GetResponseAsync(messages, options, cancellationToken);
                await context.Response.WriteAsJsonAsync(Whole(response, envelope), cancellationToken);
            }
        }
        catch (ModelFailureException e) when (!context.Response.HasStarted)
        {
            await GatewayRefusal.Of(e).WriteAsync(context);
        }
    }

    private static async Task StreamAsync(HttpContext context, IAsyncEnumerable<ChatResponseUpdate> updates, Envelope envelope, CancellationToken cancellationToken)
    {
        context.Response.ContentType = "text/event-stream";
        var calls = 0;
        var usage = new UsageDetails();
        await foreach (var update in updates)
        {
            foreach (var content in update.Contents)
            {
                switch (content)
                {
                    case TextContent text:
                        await SendAsync(context, envelope.Chunk(new JsonObject { ["role"] = "assistant", ["content"] = text.Text }, null), cancellationToken);
                        break;
                    case FunctionCallContent call:
                        var delta = Call(call);
                        delta["index"] = calls++;
                        await SendAsync(context, envelope.Chunk(new JsonObject { ["role"] = "assistant", ["tool_calls"] = new JsonArray(delta) }, null), cancellationToken);
                        break;
                    case UsageContent figures:
                        usage.Add(figures.Details);
                        break;
                }
            }
        }

        await SendAsync(context, envelope.Chunk([], calls > 0 ? "tool_calls" : "stop"), cancellationToken);
        var last = envelope.Chunk([], null);
        (last["choices"], last["usage"]) = (new JsonArray(), Usage(usage));
        await SendAsync(context, last, cancellationToken);
        await context.Response.WriteAsync("data: [DONE]\n\n", cancellationToken);
    }

    private static async Task SendAsync(HttpContext context, JsonObject chunk, CancellationToken cancellationToken)
    {
        await context.Response.WriteAsync($"data: {chunk.ToJsonString()}\n\n", cancellationToken);
        await context.Response.Body.FlushAsync(cancellationToken);
    }

    private static JsonObject Whole(ChatResponse response, Envelope envelope)
    {
        var calls = response.Messages.SelectMany(message => message.Contents).OfType<FunctionCallContent>().Select(call => (JsonNode)Call(call)).ToArray();
        var message = new JsonObject { ["role"] = "assistant", ["content"] = response.Text };
        if (calls.Length > 0)
        {
            message["tool_calls"] = new JsonArray(calls);
        }

        return new JsonObject
        {
            ["id"] = envelope.Id,
            ["object"] = "chat.completion",
            ["created"] = envelope.Created,
            ["model"] = envelope.Model,
            ["choices"] = new JsonArray(new JsonObject { ["index"] = 0, ["message"] = message, ["finish_reason"] = calls.Length > 0 ? "tool_calls" : "stop" }),
            ["usage"] = Usage(response.Usage ?? new UsageDetails()),
        };
    }

    private static JsonObject Call(FunctionCallContent call) => new()
    {
        ["id"] = call.CallId,
        ["type"] = "function",
        ["function"] = new JsonObject { ["name"] = call.Name, ["arguments"] = JsonSerializer.Serialize(call.Arguments ?? new Dictionary<string, object?>()) },
    };

    private static JsonObject Usage(UsageDetails usage)
    {
        var (input, output) = (usage.InputTokenCount ?? 0, usage.OutputTokenCount ?? 0);
        return new JsonObject { ["prompt_tokens"] = input, ["completion_tokens"] = output, ["total_tokens"] = input + output };
    }

    private sealed record Envelope(string Id, long Created, string Model)
    {
        public JsonObject Chunk(JsonObject delta, string? finish) => new()
        {
            ["id"] = Id,
            ["object"] = "chat.completion.chunk",
            ["created"] = Created,
            ["model"] = Model,
            ["choices"] = new JsonArray(new JsonObject { ["index"] = 0, ["delta"] = delta, ["finish_reason"] = finish }),
        };
    }
}
