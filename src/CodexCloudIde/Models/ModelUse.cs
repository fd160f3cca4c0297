using CodexCloudIde.Inference;
using CodexCloudIde.Tenants;

namespace CodexCloudIde.Models;

/// <summary>Who uses a model, and how urgently: for scheduling, metering and audit.</summary>
/// <param name="Tenant">Whose share.</param>
/// <param name="Actor">Who is recorded.</param>
/// <param name="Target">On what: <c>task/…</c>, <c>gateway</c>.</param>
/// <param name="Band">Urgency.</param>
/// <param name="Session">Calls that share a prefix.</param>
internal sealed record ModelUse(TenantId Tenant, Actor Actor, string Target, Band Band, string? Session = null);
