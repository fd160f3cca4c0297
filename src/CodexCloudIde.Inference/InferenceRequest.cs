namespace CodexCloudIde.Inference;

/// <summary>What the scheduler needs to know of a model call; nothing of its content.</summary>
/// <param name="Tenant">Opaque key that fairness is kept by.</param>
/// <param name="Band">Urgency.</param>
/// <param name="TokensIn">Estimated prompt tokens, at least 0.</param>
/// <param name="TokensOut">Estimated output tokens, at least 0.</param>
/// <param name="Session">Calls of one session share a prefix: the backend that served the last one is preferred while it has a slot.</param>
/// <param name="Weight">Share of the tenant against others, above 0.</param>
public sealed record InferenceRequest(string Tenant, Band Band, int TokensIn, int TokensOut, string? Session = null, double Weight = 1);

/// <summary>What a call really used.</summary>
/// <param name="TokensIn">Prompt tokens, cached ones included.</param>
/// <param name="CachedIn">Prompt tokens that the backend had cached.</param>
/// <param name="TokensOut">Generated tokens.</param>
public readonly record struct TokenUsage(int TokensIn, int CachedIn, int TokensOut)
{
    /// <summary>Work in prompt-token equivalents: a cached token costs a tenth, a generated one two (VTC, OSDI'24).</summary>
    public double Work => Math.Max(0, TokensIn - CachedIn) + (0.1 * CachedIn) + (2.0 * TokensOut);
}
