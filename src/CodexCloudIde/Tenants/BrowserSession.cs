using CodexCloudIde.Storage;

namespace CodexCloudIde.Tenants;

/// <summary>What a browser's cookie names: one sign-in of one account into one tenant.</summary>
internal sealed class BrowserSession : ITenantOwned
{
    public Guid Id { get; init; }

    public TenantId TenantId { get; init; }

    public UserId UserId { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? RevokedAt { get; set; }
}
