using CodexCloudIde.Api;
using CodexCloudIde.Tenants;
using CodexCloudIde.Workspaces;

namespace CodexCloudIde.Documents.History;

/// <summary>What a document is to become: as it was at a revision, or without a change.</summary>
/// <param name="Restore">The revision whose text it gets.</param>
/// <param name="Revert">The change that is taken back; what followed stays.</param>
internal sealed record HistoryRequest(long? Restore = null, RevisionRange? Revert = null);

/// <param name="From">Revision after the first edit.</param>
/// <param name="To">Revision after the last.</param>
internal sealed record RevisionRange(long From, long To);

/// <summary><c>history/{path}</c> and <c>blame/{path}</c> of a workspace's text files; with <c>?checkout=</c> of a task's own checkout.</summary>
internal static class HistoryEndpoints
{
    private const int MostChanges = 500;
    private const int UsualChanges = 100;

    public static void MapHistory(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/workspaces").RequireAuthorization(TenantPolicy.Tenant).WithTags("history");
        group.MapGet("/{w}/history/{**path}", (WorkspaceRequest request, DocumentCalls calls, long? before, int? limit, long? revision) =>
            request.WhenDocumentAsync(Role.Viewer, "/history/", async key =>
            {
                if (limit is < 1 or > MostChanges) return new Refusal(400, "invalid-limit", $"The limit is 1 to {MostChanges}.", "limit").ToResult();
                var tenant = request.Caller.Tenant;
                return revision is { } then
                    ? (await calls.RetryAsync(key, document => document.TextAtAsync(tenant, then), request.Aborted)).ToResult(text => Results.Ok(new { text.Revision, text.Text }))
                    : (await calls.RetryAsync(key, document => document.TimelineAsync(tenant, before, limit ?? UsualChanges), request.Aborted)).ToResult(Results.Ok);
            }));

        group.MapPost("/{w}/history/{**path}", (WorkspaceRequest request, DocumentCalls calls, HistoryRequest asked) =>
            request.WhenDocumentAsync(Role.Developer, "/history/", async key =>
            {
                var (tenant, actor) = (request.Caller.Tenant, request.Actor);
                var done = asked switch
                {
                    { Restore: { } revision, Revert: null } => await calls.Of(key).RestoreAsync(tenant, actor, revision),
                    { Restore: null, Revert: { } range } => await calls.Of(key).RevertAsync(tenant, actor, range.From, range.To),
                    _ => new Refusal(422, "invalid-history-request", "Say either restore or revert.", "restore"),
                };
                return done.ToResult(text => Results.Ok(new { text.Revision }));
            }));

        group.MapGet("/{w}/blame/{**path}", (WorkspaceRequest request, DocumentCalls calls) => request.WhenDocumentAsync(Role.Viewer, "/blame/", async key =>
            (await calls.RetryAsync(key, document => document.BlameAsync(request.Caller.Tenant), request.Aborted)).ToResult(Results.Ok)));
    }

    private static Task<IResult> WhenDocumentAsync(this WorkspaceRequest request, Role needed, string marker, Func<DocumentKey, Task<IResult>> then) => request.WhenAsync(needed, async workspace =>
    {
        var path = request.PathAfter(marker);
        if (!path.Succeeded) return path.Refusal.ToResult();
        var checkout = request.Http.Request.Query["checkout"] is [{ } asked] ? asked : workspace.Checkout;
        if (!WorkspaceRef.IsCheckout(checkout)) return Refusal.NotFound.ToResult();
        try
        {
            return await then(new DocumentKey(workspace with { Checkout = checkout }, path.Value));
        }
        catch (Exception exception) when (DocumentCalls.IsOutage(exception))
        {
            return new Refusal(503, "unavailable", "The document's history cannot be read at the moment; try again.").ToResult();
        }
    });
}
