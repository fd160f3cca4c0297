using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using CodexCloudIde.Api;
using CodexCloudIde.Audit.Pages;
using CodexCloudIde.Tenants;

namespace CodexCloudIde.Audit;

/// <summary><c>/api/v1/audit</c> and the page <c>/audit</c>, for owners; operators read the system's chain with <c>?chain=system</c>.</summary>
internal static class AuditEndpoints
{
    public static void MapAudit(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/audit").RequireAuthorization(TenantPolicy.Tenant).AddEndpointFilter(OwnersOnlyAsync).WithTags("Audit");
        group.MapGet("", QueryAsync);
        group.MapGet("/export", ExportAsync);
        group.MapGet("/head", HeadAsync);
        group.MapGet("/keys", (AuditKeys keys) => Results.Ok(new
        {
            items = new[] { new { keyId = keys.KeyId, algorithm = "ES256", publicKey = keys.PublicKey } }, nextCursor = (string?)null,
        }));
        routes.MapPage("/audit", PageAsync).RequireAuthorization(TenantPolicy.Owner);
    }

    private static async Task<IResult> QueryAsync(
        HttpContext context, AuditStore store, PageRequest page, CancellationToken cancellationToken,
        DateTimeOffset? from = null, DateTimeOffset? to = null, string? actor = null, string? type = null, string? workspace = null)
    {
        long? before = page.After is { } after && long.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence) ? sequence : null;
        var rows = await store.QueryAsync(ChainOf(context), new AuditFilter(from, to, actor, type, workspace, before), page.Limit + 1, cancellationToken);
        var result = Page<(long Sequence, string Json)>.Of(rows, page, row => row.Sequence.ToString(CultureInfo.InvariantCulture));
        return Results.Ok(new { items = result.Items.Select(row => JsonNode.Parse(row.Json)), result.NextCursor });
    }

    // The export is itself an act, and its entry the last line: what was cut off later is missed.
    private static async Task<IResult> ExportAsync(
        HttpContext context, AuditStore store, AuditLog log, AuditKeys keys, TimeProvider time, CancellationToken cancellationToken)
    {
        var chain = ChainOf(context);
        var (sequence, hash) = await store.HeadAsync(chain, cancellationToken);
        var caller = context.GetCaller();
        var last = await log.AppendAsync(
            new AuditRecord(
                chain == AuditStore.System ? null : caller.Tenant, Actor.Of(caller), AuditVerifier.Closing, "audit", "succeeded",
                new() { ["head"] = AuditHead.Sign(sequence, hash, time.GetUtcNow(), keys).ToJson() }),
            cancellationToken);
        context.Response.Headers.ContentDisposition = $"attachment; filename=\"audit-{last}.jsonl\"";
        return Results.Stream(
            async stream =>
            {
                await foreach (var line in store.ReadAsync(chain, last, cancellationToken)) await stream.WriteAsync(Encoding.UTF8.GetBytes(line + "\n"), cancellationToken);
            },
            "application/x-ndjson");
    }

    private static async Task<IResult> HeadAsync(HttpContext context, AuditStore store, AuditKeys keys, TimeProvider time, CancellationToken cancellationToken)
    {
        var (sequence, hash) = await store.HeadAsync(ChainOf(context), cancellationToken);
        return Results.Ok(AuditHead.Sign(sequence, hash, time.GetUtcNow(), keys));
    }

    private static async Task<IResult> PageAsync(
        HttpContext context, AuditStore store, string? from, string? to, string? actor, string? type, string? workspace, long? before, CancellationToken cancellationToken)
    {
        const int limit = 50;
        if (WantsSystem(context) && !IsOperator(context)) return Refusal.NotFound.ToResult();
        var filter = new AuditFilter(Day(from), Day(to)?.AddDays(1).AddMilliseconds(-1), actor, type, workspace, before);
        var rows = await store.QueryAsync(ChainOf(context), filter, limit + 1, cancellationToken);
        var view = new AuditView(
            context.GetCaller(), [.. rows.Take(limit).Select(row => AuditRow.Of(row.Json))], from, to, actor, type, workspace, rows.Count > limit ? rows[limit - 1].Sequence : null);
        return Forms.Page<AuditPage>(new { View = view });
    }

    private static DateTimeOffset? Day(string? text) =>
        DateTimeOffset.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var day) ? day : null;

    /// <summary>The caller's own, unless an operator asks for the system's.</summary>
    private static string ChainOf(HttpContext context) =>
        WantsSystem(context) && IsOperator(context) ? AuditStore.System : AuditStore.ChainOf(context.GetCaller().Tenant);

    private static bool WantsSystem(HttpContext context) => context.Request.Query["chain"] == AuditStore.System;

    private static bool IsOperator(HttpContext context) => context.User.HasClaim(Callers.OperatorClaim, "true");

    private static async ValueTask<object?> OwnersOnlyAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (WantsSystem(http)) return IsOperator(http) ? await next(context) : Refusal.NotFound.ToResult();
        return http.GetCaller().Role == Role.Owner
            ? await next(context)
            : new Refusal(403, "forbidden", "The audit log is for owners of the tenant.").ToResult();
    }
}
