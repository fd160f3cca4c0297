namespace CodexCloudIde.Models;

internal enum ModelFailureKind
{
    /// <summary>Nobody listens there, or the name does not resolve.</summary>
    Unreachable,

    /// <summary>Too much waits; worth asking again.</summary>
    Busy,

    /// <summary>The endpoint refused the request itself (4xx).</summary>
    Refused,

    /// <summary>The endpoint failed (5xx).</summary>
    Broken,

    /// <summary>What it sent cannot be read.</summary>
    Malformed,

    /// <summary>The stream ended in the middle.</summary>
    Disconnected,

    /// <summary>Nothing came for too long.</summary>
    Silent,
}

/// <summary>A model call that failed; the message is safe to show and says what to do.</summary>
internal sealed class ModelFailureException(ModelFailureKind kind, string message, Exception? inner = null) : Exception(message, inner)
{
    public ModelFailureKind Kind { get; } = kind;

    /// <summary>For 429: when asking again is worth it.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Another try may succeed, if no byte has been passed on yet.</summary>
    public bool Transient => Kind is not ModelFailureKind.Refused;
}
