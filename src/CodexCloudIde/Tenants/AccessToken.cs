using CodexCloudIde.Storage;

namespace CodexCloudIde.Tenants;

/// <summary>A bearer token of one user in one tenant. The secret is shown once and kept as its SHA-256 only.</summary>
public sealed class AccessToken : ITenantOwned
{
    public Guid Id { get; init; }

    public TenantId TenantId { get; init; }

    public UserId UserId { get; init; }

    public required string Name { get; init; }

    /// <summary>SHA-256 of the secret; secrets hold 256 random bits, so a fast hash does.</summary>
    public required byte[] Hash { get; init; }

    /// <summary>Space separated, see <see cref="Tenants.Scopes"/>.</summary>
    public required string Scopes { get; init; }

    /// <summary>The token that it was made with: it lasts no longer than that one. Null when a person made it in a browser.</summary>
    public Guid? MadeWith { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? RevokedAt { get; set; }
}
