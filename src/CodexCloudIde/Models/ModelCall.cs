using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using CodexCloudIde.Audit;
using CodexCloudIde.Inference;
using Microsoft.Extensions.AI;

namespace CodexCloudIde.Models;

/// <summary>One call's account: figures and a hash of the prompt, never its words.</summary>
internal sealed class ModelCall
{
    private readonly ModelDefinition definition;
    private readonly ModelUse use;
    private readonly AuditLog audit;
    private readonly TimeProvider time;
    private readonly long startedAt;
    private readonly string promptHash;
    private UsageDetails? reported;
    private long charactersOut;

    public ModelCall(ModelDefinition definition, ModelUse use, IReadOnlyList<ChatMessage> prompt, AuditLog audit, TimeProvider time)
    {
        (this.definition, this.use, this.audit, this.time, startedAt) = (definition, use, audit, time, time.GetTimestamp());
        var (characters, hash) = Measure(prompt);
        promptHash = hash;
        Request = new InferenceRequest(use.Tenant.ToString(), use.Band, TokenCounter.Estimate(characters), 500, use.Session);
    }

    public InferenceRequest Request { get; }

    public string? Backend { get; set; }

    public bool Complete { get; private set; }

    /// <summary>Reported by the engine, else estimated.</summary>
    public TokenUsage? Usage => reported is { } usage
        ? new TokenUsage((int)(usage.InputTokenCount ?? 0), (int)(usage.CachedInputTokenCount ?? 0), (int)(usage.OutputTokenCount ?? 0))
        : definition.Offline ? default(TokenUsage) : new TokenUsage(Request.TokensIn, 0, TokenCounter.Estimate(charactersOut));

    public void Saw(ChatResponseUpdate update)
    {
        foreach (var content in update.Contents)
        {
            switch (content)
            {
                case UsageContent usage:
                    reported ??= new UsageDetails();
                    reported.Add(usage.Details);
                    break;
                case TextContent text:
                    charactersOut += text.Text.Length;
                    break;
            }
        }
    }

    public void Succeeded() => Complete = true;

    /// <exception cref="IOException">It cannot be recorded: the call must not be made.</exception>
    public Task StartedAsync(CancellationToken cancellationToken) => RecordAsync("model.call", "started", new JsonObject { ["promptHash"] = promptHash }, cancellationToken);

    public Task EndedAsync(ModelFailureException? failure, CancellationToken cancellationToken)
    {
        var usage = Usage ?? default;
        var data = new JsonObject
        {
            ["promptHash"] = promptHash,
            ["backend"] = Backend,
            ["tokensIn"] = usage.TokensIn,
            ["tokensOut"] = usage.TokensOut,
            ["cost"] = definition.CostOf(usage),
            ["ms"] = (long)time.GetElapsedTime(startedAt).TotalMilliseconds,
        };
        if (failure is not null)
        {
            data["failure"] = failure.Kind.ToString();
        }

        ModelMeter.Record(definition.Name, usage, Complete);
        return RecordAsync("model.result", Complete ? "succeeded" : failure is null ? "cancelled" : "failed", data, cancellationToken);
    }

    private Task RecordAsync(string type, string result, JsonObject data, CancellationToken cancellationToken)
    {
        data["model"] = definition.Name;
        return audit.AppendAsync(new AuditRecord(use.Tenant, use.Actor, type, use.Target, result, data), cancellationToken);
    }

    private static (long Characters, string Hash) Measure(IReadOnlyList<ChatMessage> prompt)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var characters = 0L;
        foreach (var message in prompt)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(message.Role.Value));
            foreach (var text in message.Contents.Select(Words))
            {
                characters += text.Length;
                hash.AppendData(Encoding.UTF8.GetBytes(text));
            }
        }

        return (characters, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    private static string Words(AIContent content) => content switch
    {
        TextContent text => text.Text,
        FunctionCallContent call => call.Name + string.Concat(call.Arguments?.Values.Select(value => value?.ToString()) ?? []),
        FunctionResultContent result => result.Result?.ToString() ?? "",
        _ => "",
    };
}
