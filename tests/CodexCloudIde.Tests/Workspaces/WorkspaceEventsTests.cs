using CodexCloudIde.Tenants;
using CodexCloudIde.Workspaces;

namespace CodexCloudIde.Tests.Workspaces;

public sealed class WorkspaceEventsTests
{
    private readonly WorkspaceEvents events = new();
    private readonly WorkspaceRef workspace = new(TenantId.New(), WorkspaceId.New());

    [Fact]
    public void Listen_OneTypeAmongMany_HearsAllOfItAndNothingElse()
    {
        List<string> heard = [];
        using var listening = events.Listen(workspace, "member.changed", happened => heard.Add(happened.Data));

        for (var i = 0; i < 1000; i++)
        {
            events.Publish(workspace, new WorkspaceEvent("document.saved", "{}"));
            events.Publish(workspace, new WorkspaceEvent("member.changed", $"{i}"));
            events.Publish(new WorkspaceRef(workspace.Tenant, WorkspaceId.New()), new WorkspaceEvent("member.changed", "elsewhere"));
        }

        Assert.Equal(Enumerable.Range(0, 1000).Select(i => $"{i}"), heard);
    }

    [Fact]
    public void Listen_Disposed_HearsNoMore()
    {
        var (first, second) = (0, 0);
        var ended = events.Listen(workspace, "member.changed", _ => first++);
        using var other = events.Listen(workspace, "member.changed", _ => second++);

        events.Publish(workspace, new WorkspaceEvent("member.changed", "{}"));
        ended.Dispose();
        ended.Dispose();
        events.Publish(workspace, new WorkspaceEvent("member.changed", "{}"));

        Assert.Equal((1, 2), (first, second));
    }
}
