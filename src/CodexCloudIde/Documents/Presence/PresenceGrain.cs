using System.Text.Json;
using CodexCloudIde.Tenants;
using CodexCloudIde.Workspaces;

namespace CodexCloudIde.Documents.Presence;

/// <summary>Tells everybody in the workspace by the event <c>presence.changed</c> <c>{source, actor: {id, name, kind}, path}</c>, path null when somebody is gone.</summary>
internal sealed class PresenceGrain(WorkspaceEvents events, TimeProvider time) : Grain, IPresenceGrain
{
    /// <summary>A page says every four minutes that it is still there; what died says nothing.</summary>
    private static readonly TimeSpan ForgetPeopleAfter = TimeSpan.FromMinutes(10);

    /// <summary>The agent has no page: it is where it edited last, for a while.</summary>
    private static readonly TimeSpan ForgetAgentsAfter = TimeSpan.FromMinutes(2);

    private readonly Dictionary<string, (Present Present, DateTimeOffset Seen)> present = new(StringComparer.Ordinal);
    private WorkspaceRef workspace = null!;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        workspace = DocumentKey.Parse($"{this.GetPrimaryKeyString()}/-").Workspace;
        this.RegisterGrainTimer(ForgetAsync, new GrainTimerCreationOptions(ForgetAgentsAfter / 4, ForgetAgentsAfter / 4));
        return Task.CompletedTask;
    }

    public Task MovedAsync(string source, Actor actor, string? path)
    {
        var before = present.GetValueOrDefault(source).Present?.Path;
        if (path is null) present.Remove(source);
        else present[source] = (new Present(source, actor, path), time.GetUtcNow());
        if (path != before) Tell(source, actor, path);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<Present>> ListAsync() => Task.FromResult<IReadOnlyList<Present>>([.. present.Values.OrderBy(one => one.Seen).Select(one => one.Present)]);

    private Task ForgetAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        foreach (var (source, (one, seen)) in present.ToList())
        {
            if (now - seen <= (one.Actor.Kind == "agent" ? ForgetAgentsAfter : ForgetPeopleAfter)) continue;
            present.Remove(source);
            Tell(source, one.Actor, null);
        }

        return Task.CompletedTask;
    }

    private void Tell(string source, Actor actor, string? path) => events.Publish(workspace, new WorkspaceEvent("presence.changed", JsonSerializer.Serialize(
        new { source, actor = new { actor.Id, actor.Name, actor.Kind }, path }, JsonSerializerOptions.Web)));
}
