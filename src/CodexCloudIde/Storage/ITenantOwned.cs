using CodexCloudIde.Tenants;

namespace CodexCloudIde.Storage;

/// <summary>A row of one tenant: queries see only the context's own tenant, saves of another one throw, PostgreSQL adds row-level security.</summary>
internal interface ITenantOwned
{
    TenantId TenantId { get; }
}
