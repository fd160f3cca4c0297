namespace CodexCloudIde.Tenants;

/// <summary>One line of the log that every process follows to close what a revoked caller holds open.</summary>
internal sealed class Revocation
{
    /// <summary>Grows; order of reading.</summary>
    public long Id { get; init; }

    /// <summary>One token or session; null: all of the user's.</summary>
    public string? Credential { get; init; }

    public UserId UserId { get; init; }

    /// <summary>Null: in every tenant.</summary>
    public TenantId? TenantId { get; init; }

    /// <summary>Callers of this epoch and later stay; 0: none do.</summary>
    public long FromEpoch { get; init; }

    public DateTimeOffset At { get; init; }
}
