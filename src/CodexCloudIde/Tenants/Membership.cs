using CodexCloudIde.Storage;

namespace CodexCloudIde.Tenants;

/// <summary>One account in one tenant.</summary>
internal sealed class Membership : ITenantOwned
{
    public TenantId TenantId { get; init; }

    public UserId UserId { get; init; }

    public Role Role { get; set; }

    /// <summary>Grows with each change of rights; never reused, so that an old caller is told from a new one.</summary>
    public long Epoch { get; set; }

    /// <summary>Given by the provider's groups, hence changed and taken away by them.</summary>
    public bool ByGroups { get; set; }

    public DateTimeOffset CreatedAt { get; init; }
}
