using CodexCloudIde.Tenants;
using Microsoft.Extensions.AI;

namespace CodexCloudIde.Models;

/// <summary>The models that a tenant may use: <c>offline</c> always, others by configuration.</summary>
public sealed class ModelCatalog
{
    /// <summary>A client for one model, scheduled, metered and audited; null when the tenant has no such model.</summary>
    public IChatClient? Find(TenantId tenant, string? model) => throw new NotSupportedException($"{tenant} {model}");
}
