using System.Runtime.CompilerServices;
using CodexCloudIde.Api;
using CodexCloudIde.Tenants;

namespace CodexCloudIde.Workspaces;

/// <summary>What happens in a workspace, as it happens.</summary>
internal static class EventEndpoints
{
    public static void MapEvents(this RouteGroupBuilder group) =>
        group.MapGet("/{w}/events", async (WorkspaceRequest request, WorkspaceEvents events) =>
        {
            var grant = request.Id is { } id ? await request.Access.GrantAsync(request.Caller, id, Role.Viewer, request.Aborted) : Refusal.NotFound;
            return grant.ToResult(granted =>
            {
                // Before the answer begins: what happens after a client has seen it begin is not missed.
                var news = events.Subscribe(granted.Live, request.Aborted);
                return new EventStream((_, cancellationToken) => WatchAsync(news, cancellationToken)) { AccessEnded = request.Http.AccessEnded(granted.Live.Workspace) };
            });
        });

    // Ends with the workspace.
    private static async IAsyncEnumerable<ServerEvent> WatchAsync(IAsyncEnumerable<WorkspaceEvent> news, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var happened in news.WithCancellation(cancellationToken))
        {
            yield return new ServerEvent(happened.Type, happened.Data);
            if (happened.Type == "workspace.deleted")
            {
                yield break;
            }
        }
    }
}
