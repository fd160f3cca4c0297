using System.Text.Json;
using CodexCloudIde.Models;
using Microsoft.Extensions.AI;

namespace CodexCloudIde.Agents;

/// <summary>
/// What the model is sent: the system's words, then the conversation, within the working context. When it grows beyond, old tool results are masked,
/// oldest first; they stay in the log and can be asked for again by calling the tool again. Nothing is summarised, so nothing grows.
/// </summary>
internal sealed class Conversation(TokenCounter counter)
{
    private const int KeptResults = 3;
    private const string Mask = "[left out to save room; call the tool again if you need it]";
    private readonly List<ChatMessage> messages = [];
    private readonly Dictionary<ChatMessage, int> sizes = [];

    public IReadOnlyList<ChatMessage> Messages => messages;

    public static string Write(ChatMessage message) => JsonSerializer.Serialize(message, AIJsonUtilities.DefaultOptions);

    /// <summary>Takes up a stored conversation; calls whose results a crash swallowed are answered as interrupted.</summary>
    /// <returns>The answers that were made up, to be stored.</returns>
    public List<ChatMessage> Load(IEnumerable<string> stored)
    {
        foreach (var json in stored)
        {
            messages.Add(Normalised(JsonSerializer.Deserialize<ChatMessage>(json, AIJsonUtilities.DefaultOptions)!));
        }

        var answered = messages.SelectMany(message => message.Contents).OfType<FunctionResultContent>().Select(result => result.CallId).ToHashSet(StringComparer.Ordinal);
        var open = messages.SelectMany(message => message.Contents).OfType<FunctionCallContent>().Where(call => !answered.Contains(call.CallId)).ToList();
        var madeUp = open.ConvertAll(call => new ChatMessage(ChatRole.Tool, [new FunctionResultContent(call.CallId, """{"error":"interrupted before it was done; call it again if it is still needed"}""")]));
        messages.AddRange(madeUp);
        return madeUp;
    }

    public void Add(ChatMessage message) => messages.Add(message);

    /// <summary>What fits into <paramref name="most"/> tokens, the system's words included.</summary>
    public (IReadOnlyList<ChatMessage> Messages, int Masked) Fit(string system, int most)
    {
        var fitted = new List<ChatMessage> { new(ChatRole.System, system) };
        fitted.AddRange(messages);
        if (most == int.MaxValue)
        {
            return (fitted, 0);
        }

        var total = counter.Count(system) + messages.Sum(Size);
        var results = messages.Where(message => message.Role == ChatRole.Tool).ToList();
        var masked = 0;
        foreach (var old in results.Take(Math.Max(0, results.Count - KeptResults)))
        {
            if (total <= most)
            {
                break;
            }

            var shorter = new ChatMessage(ChatRole.Tool, [.. old.Contents.OfType<FunctionResultContent>().Select(result => new FunctionResultContent(result.CallId, Mask))]);
            total -= Size(old) - Size(shorter);
            fitted[fitted.IndexOf(old)] = shorter;
            masked++;
        }

        return (fitted, masked);
    }

    private int Size(ChatMessage message)
    {
        if (!sizes.TryGetValue(message, out var size))
        {
            sizes[message] = size = 4 + message.Contents.Sum(content => counter.Count(content switch
            {
                TextContent text => text.Text,
                FunctionCallContent call => call.Name + JsonSerializer.Serialize(call.Arguments),
                FunctionResultContent result => result.Result?.ToString() ?? "",
                _ => "",
            }));
        }

        return size;
    }

    /// <summary>A result that was a string comes back from JSON as an element: a string again, or it would be quoted twice on the wire.</summary>
    private static ChatMessage Normalised(ChatMessage message)
    {
        foreach (var result in message.Contents.OfType<FunctionResultContent>())
        {
            result.Result = result.Result is JsonElement { ValueKind: JsonValueKind.String } text ? text.GetString() : result.Result;
        }

        return message;
    }
}
