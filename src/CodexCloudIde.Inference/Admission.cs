using System.Diagnostics.CodeAnalysis;

namespace CodexCloudIde.Inference;

/// <summary>Why a call was not admitted.</summary>
public enum RejectionReason
{
    /// <summary>The queue is at its bound, or the predicted wait is: answer 429.</summary>
    Busy,

    /// <summary>No backend of the pool is usable now: answer 503.</summary>
    Unavailable,
}

/// <summary>A "not now".</summary>
/// <param name="Reason">What is exhausted.</param>
/// <param name="RetryAfter">When asking again is worth it, at least one second.</param>
public sealed record Rejection(RejectionReason Reason, TimeSpan RetryAfter);

/// <summary>Either a slot or a rejection.</summary>
public readonly record struct Admission(SlotLease? Lease, Rejection? Rejection)
{
    /// <summary>True when there is a lease, which the caller must dispose.</summary>
    [MemberNotNullWhen(true, nameof(Lease))]
    [MemberNotNullWhen(false, nameof(Rejection))]
    public bool Admitted => Lease is not null;
}
