using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using CodexCloudIde.Documents;
using CodexCloudIde.Tenants;
using CodexCloudIde.Tests.Executions;
using CodexCloudIde.Tests.Hosting;
using CodexCloudIde.Workspaces;
using Microsoft.Extensions.DependencyInjection;

namespace CodexCloudIde.Tests.Documents;

/// <summary>Who wrote what and when, and the way back.</summary>
public sealed class HistoryTests(IdeHost host) : IClassFixture<IdeHost>
{
    private static CancellationToken Ending => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Timeline_SeveralActors_HasTheirChangesNewestFirst()
    {
        var (workspace, owner, other) = await TwoAsync("one\n");
        await using var first = owner;
        await using var second = other;
        await owner.TypeAsync(0, "a");
        await owner.TypeAsync(1, "b");
        await other.CatchUpAsync(2);
        await other.TypeAsync(2, "c");
        await EditAsync(workspace, "abcone\n", "abcone\ntwo\n");

        var timeline = await GetAsync($"history/{workspace}", "a.txt");
        Assert.Equal((4, 0), (timeline.GetProperty("revision").GetInt32(), timeline.GetProperty("oldest").GetInt32()));
        Assert.Equal(
            [("The agent", "agent", 4, 4, 4, 0), ("second", "user", 3, 3, 1, 0), ("owner", "user", 1, 2, 2, 0)],
            timeline.GetProperty("changes").EnumerateArray().Select(change => (
                NameOf(change)!, change.GetProperty("actor").GetProperty("kind").GetString()!, change.GetProperty("from").GetInt32(),
                change.GetProperty("to").GetInt32(), change.GetProperty("inserted").GetInt32(), change.GetProperty("deleted").GetInt32())));

        var page = await GetAsync($"history/{workspace}", "a.txt?limit=1");
        Assert.Equal((1, 4), (page.GetProperty("changes").GetArrayLength(), page.GetProperty("nextBefore").GetInt32()));
        var rest = await GetAsync($"history/{workspace}", "a.txt?before=4");
        Assert.Equal((2, JsonValueKind.Null), (rest.GetProperty("changes").GetArrayLength(), rest.GetProperty("nextBefore").ValueKind));
        Assert.Equal("abone\n", (await GetAsync($"history/{workspace}", "a.txt?revision=2")).GetProperty("text").GetString());
        Assert.Equal("one\n", (await GetAsync($"history/{workspace}", "a.txt?revision=0")).GetProperty("text").GetString());
    }

    [Fact]
    public async Task Revert_ChangeInTheMiddle_LeavesWhatFollowed()
    {
        var (workspace, owner, other) = await TwoAsync("one\ntwo\n");
        await using var first = owner;
        await using var second = other;
        await owner.TypeAsync(3, " wrong");
        await other.CatchUpAsync(1);
        await other.TypeAsync(14, "three\n");
        using var answer = await PostAsync(host.Client, workspace, new { revert = new { from = 1, to = 1 } });
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await other.CatchUpAsync(3);
        Assert.Equal("one\ntwo\nthree\n", other.Text);
    }

    [Fact]
    public async Task Restore_OlderText_IsAnEditThatEverybodySees()
    {
        var (workspace, owner, other) = await TwoAsync("one\n");
        await using var first = owner;
        await using var second = other;
        await owner.TypeAsync(3, " more");
        await owner.TypeAsync(8, " and more");
        using var answer = await PostAsync(host.Client, workspace, new { restore = 1 });
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await other.CatchUpAsync(3);
        Assert.Equal("one more\n", other.Text);
        Assert.Equal("one more and more\n", (await GetAsync($"history/{workspace}", "a.txt?revision=2")).GetProperty("text").GetString());
    }

    [Fact]
    public async Task Blame_Lines_AreThoseWhoTouchedThemLast()
    {
        var (workspace, owner, other) = await TwoAsync("old\nsecond\nthird\n");
        await using var first = owner;
        await using var second = other;
        await owner.TypeAsync(4, "my ");
        await other.CatchUpAsync(1);
        await other.TypeAsync(20, "fourth\n");
        var blame = await GetAsync($"blame/{workspace}", "a.txt");
        Assert.Equal(
            [(1, 1, null, 0), (2, 2, "owner", 1), (3, 3, null, 0), (4, 4, "second", 2), (5, 5, null, 0)],
            blame.GetProperty("lines").EnumerateArray().Select(line => (
                line.GetProperty("from").GetInt32(), line.GetProperty("to").GetInt32(),
                NameOf(line), line.GetProperty("revision").GetInt32())));
    }

    [Fact]
    public async Task Rename_KeepsTheHistory()
    {
        var (workspace, owner, other) = await TwoAsync("one\n");
        await using var first = owner;
        await using var second = other;
        await owner.TypeAsync(0, "a");
        using var moved = await host.Client.PostAsJsonAsync($"api/v1/workspaces/{workspace}/moves", new { from = "a.txt", to = "b/c.txt" }, Ending);
        moved.EnsureSuccessStatusCode();
        var timeline = await GetAsync($"history/{workspace}", "b/c.txt");
        Assert.Equal((1, "owner"), (timeline.GetProperty("revision").GetInt32(), NameOf(timeline.GetProperty("changes")[0])));
    }

    [Fact]
    public async Task Checkout_OfATask_HasAHistoryOfItsOwn()
    {
        var (workspace, owner, other) = await TwoAsync("one\n");
        await using var first = owner;
        await using var second = other;
        await owner.TypeAsync(0, "live ");
        var live = new WorkspaceRef(host.Owner.Tenant, WorkspaceId.Parse(workspace));
        Assert.Null(host.Services.GetRequiredService<WorkspaceCheckouts>().Copy(live, live with { Checkout = "t-1" }, Ending));
        var edited = await host.Services.GetRequiredService<OpenDocuments>().EditAsync(
            live with { Checkout = "t-1" }, "a.txt", new Actor("agent:t1", "The agent", "agent"), "one\n", null, "branch one\n", Ending);
        Assert.True(edited.Succeeded, edited.Refusal?.Detail);

        var timeline = await GetAsync($"history/{workspace}", "a.txt?checkout=t-1");
        Assert.Equal(["The agent"], timeline.GetProperty("changes").EnumerateArray().Select(change => NameOf(change)));
        Assert.Equal(["owner"], (await GetAsync($"history/{workspace}", "a.txt")).GetProperty("changes").EnumerateArray().Select(change => NameOf(change)));
        Assert.Equal("The agent", NameOf((await GetAsync($"blame/{workspace}", "a.txt?checkout=t-1")).GetProperty("lines")[0]));
        foreach (var nowhere in new[] { "t-2", "staging", "..", "" })
        {
            using var answer = await host.Client.GetAsync($"api/v1/workspaces/{workspace}/history/a.txt?checkout={nowhere}", Ending);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }
    }

    [Fact]
    public async Task History_LongerThanIsKept_IsTold()
    {
        await using var small = await IdeHost.StartAsync("--Ide:Documents:HistoryEdits=100", "--Ide:Documents:RememberedEdits=16", "--Ide:Documents:EditsPerSnapshot=20");
        var workspace = await small.NewWorkspaceAsync(("a.txt", ""));
        await using var client = await HubClient.OpenAsync(small.Hub("/hubs/documents"), workspace, "a.txt");
        for (var i = 0; i < 130; i++) await client.TypeAsync(i, "x");
        var timeline = await small.Client.GetFromJsonAsync<JsonElement>($"api/v1/workspaces/{workspace}/history/a.txt", Ending);
        Assert.Equal((130, 30), (timeline.GetProperty("revision").GetInt32(), timeline.GetProperty("oldest").GetInt32()));
        var oldest = await small.Client.GetFromJsonAsync<JsonElement>($"api/v1/workspaces/{workspace}/history/a.txt?revision=30", Ending);
        Assert.Equal(new string('x', 30), oldest.GetProperty("text").GetString());
        using var older = await small.Client.GetAsync($"api/v1/workspaces/{workspace}/history/a.txt?revision=29", Ending);
        Assert.Equal(HttpStatusCode.Gone, older.StatusCode);
        using var restored = await small.Client.PostAsJsonAsync($"api/v1/workspaces/{workspace}/history/a.txt", new { restore = 29 }, Ending);
        Assert.Equal(HttpStatusCode.Gone, restored.StatusCode);
    }

    [Fact]
    public async Task History_OfOthersAndOfNothing_IsNotFoundAndViewersChangeNothing()
    {
        var (workspace, owner, other) = await TwoAsync("one\n");
        await using var first = owner;
        await using var second = other;
        await owner.TypeAsync(0, "a");
        foreach (var path in new[] { "history", "blame" })
        {
            using var foreign = await host.OtherClient.GetAsync($"api/v1/workspaces/{workspace}/{path}/a.txt", Ending);
            using var nothing = await host.Client.GetAsync($"api/v1/workspaces/{workspace}/{path}/nothing.txt", Ending);
            Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (foreign.StatusCode, nothing.StatusCode));
        }

        var (token, viewer) = await host.AddMemberAsync($"{Guid.NewGuid():N}@example.com", Role.Viewer);
        using var member = await host.Client.PutAsJsonAsync($"api/v1/workspaces/{workspace}/members/{viewer.User}", new { role = "viewer" }, Ending);
        using var client = host.ClientOf(token);
        using var looked = await client.GetAsync($"api/v1/workspaces/{workspace}/history/a.txt", Ending);
        using var restored = await PostAsync(client, workspace, new { restore = 0 });
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Forbidden), (looked.StatusCode, restored.StatusCode));
        using var neither = await PostAsync(host.Client, workspace, new { });
        using var backwards = await PostAsync(host.Client, workspace, new { revert = new { from = 2, to = 1 } });
        Assert.Equal((HttpStatusCode.UnprocessableEntity, HttpStatusCode.UnprocessableEntity), (neither.StatusCode, backwards.StatusCode));
    }

    /// <summary>Without what makes the name of an account one of a kind.</summary>
    private static string? NameOf(JsonElement entry) =>
        entry.GetProperty("actor") is { ValueKind: JsonValueKind.Object } actor ? actor.GetProperty("name").GetString()!.Split('-')[0] : null;

    /// <summary>A workspace with one file, which the owner and a second person have open.</summary>
    private async Task<(string Workspace, HubClient Owner, HubClient Second)> TwoAsync(string text)
    {
        var workspace = await host.NewWorkspaceAsync(("a.txt", text));
        var (token, second) = await host.AddMemberAsync($"second-{Guid.NewGuid():N}@example.com", Role.Developer);
        using var member = await host.Client.PutAsJsonAsync($"api/v1/workspaces/{workspace}/members/{second.User}", new { role = "developer" }, Ending);
        member.EnsureSuccessStatusCode();
        return (workspace, await HubClient.OpenAsync(host.Hub("/hubs/documents"), workspace, "a.txt"), await HubClient.OpenAsync(host.Hub("/hubs/documents", token), workspace, "a.txt"));
    }

    private async Task EditAsync(string workspace, string from, string to)
    {
        var documents = host.Services.GetRequiredService<OpenDocuments>();
        var live = new WorkspaceRef(host.Owner.Tenant, WorkspaceId.Parse(workspace));
        var edited = await documents.EditAsync(live, "a.txt", new Actor("agent:t1", "The agent", "agent"), from, 3, to, Ending);
        Assert.True(edited.Succeeded, edited.Refusal?.Detail);
    }

    private Task<JsonElement> GetAsync(string what, string path)
    {
        var (kind, workspace) = (what.Split('/')[0], what.Split('/')[1]);
        return host.Client.GetFromJsonAsync<JsonElement>($"api/v1/workspaces/{workspace}/{kind}/{path}", Ending);
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient client, string workspace, object request) =>
        client.PostAsJsonAsync($"api/v1/workspaces/{workspace}/history/a.txt", request, Ending);
}
