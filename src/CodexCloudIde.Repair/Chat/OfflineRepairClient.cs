using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace CodexCloudIde.Repair.Chat;

/// <summary>
/// The repair as a chat model: it answers a conversation with tool calls, sees their results in the next request and ends with an explanation,
/// like any model behind <see cref="IChatClient"/>. What it thinks between two requests lives in a session that the ids of its own tool calls name; a conversation whose
/// session is gone (a restart) is begun again from the workspace as it then is.
/// </summary>
public sealed class OfflineRepairClient(TimeProvider time) : IChatClient
{
    public const string ModelName = "offline";
    private const int MostSessions = 128;

    private static readonly string[] Needed = [ChatTools.RunCommand, ChatTools.ApplyEdit];
    private readonly ConcurrentDictionary<string, RepairSession> _sessions = new();

    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var known = options?.Tools?.Select(tool => tool.Name).ToHashSet() ?? [];
        if (!Needed.All(known.Contains))
        {
            return Answer(new ChatMessage(ChatRole.Assistant, "I am the offline model: I mend failing Python tests by program repair, without an LLM, with the tools of a task that asks for it (run_command, apply_edit). I cannot answer questions, review or write new code; a model behind an OpenAI-compatible endpoint can. Nothing was changed."));
        }

        var session = Find([.. messages]) ?? Start(known);
        var answer = await session.NextAsync(cancellationToken);
        if (session.Ended)
        {
            _sessions.TryRemove(session.Id, out _);
            session.Dispose();
        }

        return Answer(answer);
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var response = await GetResponseAsync(messages, options, cancellationToken);
        foreach (var update in response.ToChatResponseUpdates())
        {
            yield return update;
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is not null ? null : serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata("offline", null, ModelName) : serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
        foreach (var id in _sessions.Keys)
        {
            if (_sessions.TryRemove(id, out var session))
            {
                session.Dispose();
            }
        }
    }

    /// <summary>The session whose call the conversation has answered last, handed the answer.</summary>
    private RepairSession? Find(List<ChatMessage> messages)
    {
        var lastSaid = messages.FindLastIndex(message => message.Role == ChatRole.Assistant);
        var results = messages.Skip(lastSaid + 1).SelectMany(message => message.Contents).OfType<FunctionResultContent>().ToDictionary(result => result.CallId, result => result.Result);
        var call = lastSaid < 0 ? null : messages[lastSaid].Contents.OfType<FunctionCallContent>().LastOrDefault();
        if (call is null || !results.TryGetValue(call.CallId, out var answer) || RepairSession.IdOf(call.CallId) is not { } id || !_sessions.TryGetValue(id, out var session))
        {
            return null;
        }

        session.Heard(call.CallId, answer);
        return session;
    }

    private RepairSession Start(HashSet<string> tools)
    {
        // A task that was cancelled never comes back for its session: the oldest go.
        foreach (var old in _sessions.Values.OrderByDescending(session => session.Touched).Skip(MostSessions - 1))
        {
            if (_sessions.TryRemove(old.Id, out _))
            {
                old.Dispose();
            }
        }

        var session = new RepairSession(tools, time);
        _sessions[session.Id] = session;
        return session;
    }

    private ChatResponse Answer(ChatMessage message) => new(message)
    {
        ModelId = ModelName,
        CreatedAt = time.GetUtcNow(),
        FinishReason = message.Contents.OfType<FunctionCallContent>().Any() ? ChatFinishReason.ToolCalls : ChatFinishReason.Stop,
        Usage = new UsageDetails { InputTokenCount = 0, OutputTokenCount = 0, TotalTokenCount = 0 },
    };
}
