using CodexCloudIde.Tenants;
using CodexCloudIde.Workspaces;

namespace CodexCloudIde.Documents.Presence;

internal static class PresenceEndpoints
{
    /// <summary><c>GET …/presence</c>: who is in which file now; the event <c>presence.changed</c> says what changes.</summary>
    public static void MapPresence(this IEndpointRouteBuilder routes) => routes.MapGroup("/api/v1/workspaces").RequireAuthorization(TenantPolicy.Tenant).WithTags("presence")
        .MapGet("/{w}/presence", (WorkspaceRequest request, IGrainFactory grains) => request.WhenAsync(Role.Viewer, async workspace =>
        {
            var present = await grains.GetGrain<IPresenceGrain>(workspace.ToString()).ListAsync();
            return Results.Ok(new { items = present.Select(one => new { one.Source, Actor = new { one.Actor.Id, one.Actor.Name, one.Actor.Kind }, one.Path }) });
        }));
}
