using System.Diagnostics.Metrics;
using CodexCloudIde.Inference;

namespace CodexCloudIde.Models;

/// <summary>Counters of model calls, by model; never by tenant, their number has no bound.</summary>
internal static class ModelMeter
{
    public const string Name = "CodexCloudIde.Models";
    private static readonly Meter Meter = new(Name);
    private static readonly Counter<long> Calls = Meter.CreateCounter<long>("codexcloudide.model.calls", description: "Model calls that ended");
    private static readonly Counter<long> Tokens = Meter.CreateCounter<long>("codexcloudide.model.tokens", description: "Tokens, by direction");

    public static void Record(string model, TokenUsage usage, bool succeeded)
    {
        Calls.Add(1, new("model", model), new("result", succeeded ? "succeeded" : "failed"));
        Tokens.Add(usage.TokensIn, new("model", model), new("direction", "in"));
        Tokens.Add(usage.TokensOut, new("model", model), new("direction", "out"));
    }
}
