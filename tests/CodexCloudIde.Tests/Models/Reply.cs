using System.Text.Json;

namespace CodexCloudIde.Tests.Models;

/// <summary>What the scripted model does with one request.</summary>
internal abstract record Reply
{
    /// <summary>Words, each a chunk.</summary>
    public sealed record Say(params string[] Words) : Reply;

    /// <summary>Tool calls, their arguments split over several chunks.</summary>
    public sealed record Call(params (string Name, object Arguments)[] Calls) : Reply
    {
        public static Call Of(string name, object arguments) => new((name, arguments));
    }

    /// <summary>Words that come one by one, each when the test lets it.</summary>
    public sealed record Slowly(SemaphoreSlim Pace, params string[] Words) : Reply;

    /// <summary>An error before the first byte.</summary>
    public sealed record Status(int Code) : Reply;

    /// <summary>A chunk that is no JSON, after a good one.</summary>
    public sealed record Malformed : Reply;

    /// <summary>The connection is cut after some words, once <paramref name="Heard"/> says that they have arrived.</summary>
    public sealed record Disconnect(Task Heard, params string[] Words) : Reply;

    /// <summary>One word, then silence until the client goes away, which completes <paramref name="Gone"/>.</summary>
    public sealed record Hang(TaskCompletionSource Started, TaskCompletionSource Gone) : Reply;
}

/// <summary>A request as the model sees it.</summary>
internal sealed record Asked(JsonElement Body)
{
    public string Model => Body.GetProperty("model").GetString()!;

    /// <summary>Contents of tool messages, in order.</summary>
    public IReadOnlyList<string> ToolResults => [.. Messages("tool")];

    public IReadOnlyList<string> UserMessages => [.. Messages("user")];

    public JsonElement LastResult => JsonDocument.Parse(ToolResults[^1]).RootElement;

    private IEnumerable<string> Messages(string role) =>
        Body.GetProperty("messages").EnumerateArray().Where(message => message.GetProperty("role").GetString() == role).Select(Content);

    private static string Content(JsonElement message) => message.GetProperty("content") switch
    {
        { ValueKind: JsonValueKind.Array } parts => string.Concat(parts.EnumerateArray().Select(part => part.GetProperty("text").GetString())),
        { ValueKind: JsonValueKind.String } text => text.GetString()!,
        _ => "",
    };
}
