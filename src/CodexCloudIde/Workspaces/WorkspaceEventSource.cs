using System.Runtime.CompilerServices;
using CodexCloudIde.Api;
using CodexCloudIde.Tenants;

namespace CodexCloudIde.Workspaces;

/// <summary>What happens in a workspace, as it happens.</summary>
internal sealed class WorkspaceEventSource(WorkspaceAccess access, WorkspaceEvents events) : IEventSource
{
    public IReadOnlyList<string> Kinds { get; } = ["workspaces"];

    public async Task<Outcome<EventStream>> OpenAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        if (!WorkspaceId.TryParse(id, null, out var workspace)) return Refusal.NotFound;
        var grant = await access.GrantAsync(caller, workspace, Role.Viewer, cancellationToken);
        if (!grant.Succeeded) return grant.Refusal;

        // Before the answer begins: what happens after a client has seen it begin is not missed.
        var news = events.Subscribe(grant.Value.Live, cancellationToken);
        return new EventStream((_, reading) => WatchAsync(news, reading)) { Guard = WorkspaceWatch.Of(workspace) };
    }

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
