namespace CodexCloudIde.Tenants;

/// <summary>A customer, a company, or one person.</summary>
public sealed class Tenant
{
    public TenantId Id { get; init; }

    public required string Name { get; set; }

    public DateTimeOffset CreatedAt { get; init; }
}
