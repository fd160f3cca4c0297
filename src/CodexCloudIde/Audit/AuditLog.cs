using System.Text.Json.Nodes;
using CodexCloudIde.Tenants;

namespace CodexCloudIde.Audit;

/// <summary>What is to be recorded. Ids, hashes and figures only: never prompts, code, output or secrets.</summary>
/// <param name="Tenant">The chain; null is the system's.</param>
/// <param name="Actor">Who.</param>
/// <param name="Type">What, dotted: <c>execution.started</c>, <c>task.approval</c>, <c>signin.succeeded</c>.</param>
/// <param name="Target">On what: <c>workspace/…</c>, <c>execution/…</c>.</param>
/// <param name="Result"><c>allowed</c>, <c>denied</c>, <c>succeeded</c>, <c>failed</c>, …</param>
/// <param name="Data">Small JSON object, at most 8 KB.</param>
public sealed record AuditRecord(TenantId? Tenant, Actor Actor, string Type, string Target, string Result, JsonObject? Data = null);

/// <summary>Appends to the tenant's hash chain; completes when durable. What cannot be recorded is not done.</summary>
public sealed class AuditLog
{
    /// <returns>The entry's sequence.</returns>
    /// <exception cref="IOException">It cannot be written: the caller must not go on.</exception>
    public Task<long> AppendAsync(AuditRecord record, CancellationToken cancellationToken) =>
        throw new NotSupportedException($"{record} {cancellationToken}");
}
