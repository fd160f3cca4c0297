using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using CodexCloudIde.Tenants;
using CodexCloudIde.Tests.Hosting;
using CodexCloudIde.Workspaces;
using Microsoft.Extensions.DependencyInjection;

namespace CodexCloudIde.Tests.Workspaces;

public sealed class CatalogTests(IdeHost host) : IClassFixture<IdeHost>
{
    private static CancellationToken Ending => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Create_Template_AnswersAsTheContractSays()
    {
        using var answer = await host.Client.PostAsJsonAsync("/api/v1/workspaces", new { name = "  Mine  ", source = new { template = "python" } }, Ending);
        var made = await answer.Content.ReadFromJsonAsync<JsonElement>(Ending);
        var id = made.GetProperty("id").GetString();
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.Equal($"/api/v1/workspaces/{id}", answer.Headers.Location!.ToString());
        Assert.Equal(("Mine", "owner", "ready"), (made.GetProperty("name").GetString(), made.GetProperty("role").GetString(), made.GetProperty("state").GetString()));
        var got = await host.Client.GetFromJsonAsync<JsonElement>(answer.Headers.Location, Ending);
        Assert.Equal(made.GetProperty("createdAt").GetDateTimeOffset(), got.GetProperty("createdAt").GetDateTimeOffset());
        Assert.Contains("tests/test_counting.py", await new WorkspaceClient(host.Client, id!).PathsAsync());
    }

    [Theory]
    [InlineData("python", "/usr/bin/python3", "-m", "pytest", "-q", "-p", "no:cacheprovider")]
    [InlineData("javascript", "node", "--test")]
    public async Task Create_Template_PassesItsOwnTests(string template, string command, params string[] arguments)
    {
        var workspace = await WorkspaceClient.CreateAsync(host, template);
        var root = host.Services.GetRequiredService<WorkspaceFolder>().RootOf(new WorkspaceRef(host.Owner.Tenant, WorkspaceId.Parse(workspace.Id)));
        // Our own template, not a stranger's code: it may run beside the tests.
        var output = await Shell.RunAsync("env", ["-C", root, command, .. arguments]);
        Assert.Contains("pass", output);
    }

    [Fact]
    public async Task Create_EachTemplateOffered_HasFilesButTheEmptyOne()
    {
        foreach (var name in WorkspaceTemplates.Names)
        {
            var workspace = await WorkspaceClient.CreateAsync(host, name);
            Assert.Equal(name == "empty", (await workspace.PathsAsync()).Count == 0);
        }
    }

    [Theory]
    [InlineData("""{"name":"x"}""", 400, "malformed-json")]
    [InlineData("""{"name":"x","source":{}}""", 400, "invalid-source")]
    [InlineData("""{"name":"x","source":{"template":"empty","git":{"url":"https://example.com/x"}}}""", 400, "invalid-source")]
    [InlineData("""{"name":"x","source":{"template":"cobol"}}""", 422, "unknown-template")]
    [InlineData("""{"name":"","source":{"template":"empty"}}""", 400, "invalid-name")]
    [InlineData("""{"name":"x\ny","source":{"template":"empty"}}""", 400, "invalid-name")]
    [InlineData("""{"name":"x","source":{"template":"empty"}""", 400, "malformed-json")]
    [InlineData("""{"name":"x","source":{"git":{"url":"https://127.0.0.1/x.git"}}}""", 422, "git-refused")]
    [InlineData("""{"name":"x","source":{"git":{"url":"https://[::1]/x.git"}}}""", 422, "git-refused")]
    [InlineData("""{"name":"x","source":{"git":{"url":"https://[::ffff:10.0.0.1]/x.git"}}}""", 422, "git-refused")]
    [InlineData("""{"name":"x","source":{"git":{"url":"https://2130706433/x.git"}}}""", 422, "git-refused")]
    [InlineData("""{"name":"x","source":{"git":{"url":"https://0x7f.1/x.git"}}}""", 422, "git-refused")]
    [InlineData("""{"name":"x","source":{"git":{"url":"https://169.254.169.254/latest"}}}""", 422, "git-refused")]
    [InlineData("""{"name":"x","source":{"git":{"url":"https://localhost/x.git"}}}""", 422, "git-refused")]
    [InlineData("""{"name":"x","source":{"git":{"url":"http://example.com/x.git"}}}""", 422, "git-refused")]
    [InlineData("""{"name":"x","source":{"git":{"url":"ssh://git@example.com/x.git"}}}""", 422, "git-refused")]
    [InlineData("""{"name":"x","source":{"git":{"url":"ext::sh -c id"}}}""", 422, "git-refused")]
    [InlineData("""{"name":"x","source":{"git":{"url":"--upload-pack=id"}}}""", 422, "git-refused")]
    [InlineData("""{"name":"x","source":{"git":{"url":"https://user:secret@example.com/x.git"}}}""", 422, "git-refused")]
    [InlineData("""{"name":"x","source":{"git":{"url":"/etc"}}}""", 422, "git-refused")]
    [InlineData("""{"name":"x","source":{"git":{"url":"file:///etc"}}}""", 422, "git-refused")]
    [InlineData("""{"name":"x","source":{"git":{"url":"https://example.com/x.git","ref":"--upload-pack=id"}}}""", 422, "git-refused")]
    public async Task Create_BadInput_SaysWhyAndMakesNothing(string body, int status, string type)
    {
        using var client = host.ClientOf((await host.AddTenantAsync("fresh", $"{Guid.NewGuid():N}@example.com")).Token);
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync("/api/v1/workspaces", content, Ending);
        Assert.Equal((status, type), await WorkspaceClient.ProblemAsync(answer));
        var list = await client.GetFromJsonAsync<JsonElement>("/api/v1/workspaces", Ending);
        Assert.Equal(0, list.GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task List_MoreThanAPage_EachComesOnceNewestFirst()
    {
        using var client = host.ClientOf((await host.AddTenantAsync("pages", "pages@example.com")).Token);
        var made = new List<string>();
        for (var i = 0; i < 5; i++) made.Add((await WorkspaceClient.CreateAsync(client, name: $"w{i}")).Id);
        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = await client.GetFromJsonAsync<JsonElement>($"/api/v1/workspaces?limit=2{(cursor is null ? "" : $"&cursor={cursor}")}", Ending);
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetString()!));
            cursor = page.GetProperty("nextCursor").GetString();
        }
        while (cursor is not null);
        Assert.Equal(Enumerable.Reverse(made), seen);
    }

    [Fact]
    public async Task RenameAndDelete_Owner_TakeEffect()
    {
        var workspace = await WorkspaceClient.CreateAsync(host, "python");
        var root = host.Services.GetRequiredService<WorkspaceFolder>().RootOf(new WorkspaceRef(host.Owner.Tenant, WorkspaceId.Parse(workspace.Id)));
        using var renamed = await host.Client.PatchAsJsonAsync(workspace.Url(), new { name = "Other name" }, Ending);
        Assert.Equal("Other name", (await renamed.Content.ReadFromJsonAsync<JsonElement>(Ending)).GetProperty("name").GetString());
        using var deleted = await host.Client.DeleteAsync(workspace.Url(), Ending);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        using var after = await host.Client.GetAsync(workspace.Url(), Ending);
        Assert.Equal((404, "not-found"), await WorkspaceClient.ProblemAsync(after));
        Assert.False(Directory.Exists(Path.GetDirectoryName(root)));
    }

    public static TheoryData<string, string, string?> Calls { get; } = new()
    {
        { "GET", "", null },
        { "PATCH", "", """{"name":"stolen"}""" },
        { "DELETE", "", null },
        { "POST", "/import", "{}" },
        { "GET", "/tree", null },
        { "GET", "/files/secret.txt", null },
        { "HEAD", "/files/secret.txt", null },
        { "PUT", "/files/secret.txt", "overwritten" },
        { "DELETE", "/files/secret.txt", null },
        { "POST", "/moves", """{"from":"secret.txt","to":"x"}""" },
        { "POST", "/folders", """{"path":"x"}""" },
        { "GET", "/search?q=secret", null },
        { "GET", "/archive", null },
        { "PUT", "/archive", "x" },
        { "GET", "/events", null },
        { "GET", "/members", null },
        { "PUT", "/members/{user}", """{"role":"owner"}""" },
        { "DELETE", "/members/{user}", null },
        { "GET", "/git/status", null },
        { "GET", "/git/log", null },
        { "GET", "/git/diff", null },
        { "GET", "/git/branches", null },
        { "POST", "/git/init", null },
        { "POST", "/git/commit", """{"message":"x"}""" },
        { "POST", "/git/branches", """{"name":"x"}""" },
        { "POST", "/git/checkout", """{"name":"x"}""" },
    };

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task AnyCall_OtherTenantsWorkspace_AnswersAsIfItDidNotExist(string method, string rest, string? body)
    {
        var workspace = await WorkspaceClient.CreateAsync(host);
        await workspace.WriteAsync("secret.txt", "secret");
        var foreign = await CallAsync(host.OtherClient, workspace.Id, method, rest, body);
        var missing = await CallAsync(host.OtherClient, WorkspaceId.New().ToString(), method, rest, body);
        var malformed = await CallAsync(host.OtherClient, "nonsense", method, rest, body);
        Assert.Equal(404, foreign.Status);
        Assert.Equal(missing, foreign);
        Assert.Equal(missing, malformed);
        Assert.Equal("secret", await workspace.ReadTextAsync("secret.txt"));
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task AnyCall_NoMemberInTheSameTenant_Is403(string method, string rest, string? body)
    {
        var workspace = await WorkspaceClient.CreateAsync(host);
        await workspace.WriteAsync("secret.txt", "secret");
        var (token, _) = await host.AddMemberAsync($"{Guid.NewGuid():N}@example.com", Role.Developer);
        using var client = host.ClientOf(token);
        Assert.Equal(403, (await CallAsync(client, workspace.Id, method, rest, body)).Status);
        Assert.Equal("secret", await workspace.ReadTextAsync("secret.txt"));
    }

    [Fact]
    public async Task AnyWrite_Viewer_Is403AndReadingWorks()
    {
        var workspace = await WorkspaceClient.CreateAsync(host);
        await workspace.WriteAsync("a.txt", "a");
        var (token, caller) = await host.AddMemberAsync("viewer@example.com", Role.Viewer);
        using var client = host.ClientOf(token);
        using var added = await host.Client.PutAsJsonAsync(workspace.Url($"/members/{caller.User}"), new { role = "viewer" }, Ending);
        Assert.Equal(HttpStatusCode.NoContent, added.StatusCode);
        Assert.Equal(403, (await CallAsync(client, workspace.Id, "PUT", "/files/a.txt", "b")).Status);
        Assert.Equal(403, (await CallAsync(client, workspace.Id, "DELETE", "", null)).Status);
        Assert.Equal("a", await client.GetStringAsync(workspace.FileUrl("a.txt"), Ending));
        using var made = await client.PostAsJsonAsync("/api/v1/workspaces", new { name = "x", source = new { template = "empty" } }, Ending);
        Assert.Equal(HttpStatusCode.Forbidden, made.StatusCode);
        var list = await client.GetFromJsonAsync<JsonElement>("/api/v1/workspaces", Ending);
        Assert.Equal("viewer", list.GetProperty("items").EnumerateArray().Single().GetProperty("role").GetString());
    }

    [Fact]
    public async Task Members_LastOwnerAndStrangers_AreRefused()
    {
        var workspace = await WorkspaceClient.CreateAsync(host);
        using var demoted = await host.Client.PutAsJsonAsync(workspace.Url($"/members/{host.Owner.User}"), new { role = "viewer" }, Ending);
        Assert.Equal((409, "last-owner"), await WorkspaceClient.ProblemAsync(demoted));
        using var removed = await host.Client.DeleteAsync(workspace.Url($"/members/{host.Owner.User}"), Ending);
        Assert.Equal((409, "last-owner"), await WorkspaceClient.ProblemAsync(removed));
        using var stranger = await host.Client.PutAsJsonAsync(workspace.Url($"/members/{host.Other.User}"), new { role = "viewer" }, Ending);
        Assert.Equal((404, "not-found"), await WorkspaceClient.ProblemAsync(stranger));
        using var nonsense = await host.Client.PutAsJsonAsync(workspace.Url($"/members/{host.Owner.User}"), new { role = "king" }, Ending);
        Assert.Equal((400, "malformed-json"), await WorkspaceClient.ProblemAsync(nonsense));
    }

    [Fact]
    public async Task Events_TreeChangesAndRemovedMember_AreStreamedAndTheStreamEnds()
    {
        var workspace = await WorkspaceClient.CreateAsync(host);
        var (token, caller) = await host.AddMemberAsync("watcher@example.com", Role.Developer);
        using var added = await host.Client.PutAsJsonAsync(workspace.Url($"/members/{caller.User}"), new { role = "viewer" }, Ending);
        using var client = host.ClientOf(token);
        await using var stream = await client.GetStreamAsync(workspace.Url("/events"), Ending);
        using var reader = new StreamReader(stream);
        await workspace.WriteAsync("new file.txt", "x");
        Assert.Equal("event: tree.changed", await reader.ReadLineAsync(Ending));
        Assert.Equal("""data: {"paths":["new file.txt"]}""", await reader.ReadLineAsync(Ending));
        using var removed = await host.Client.DeleteAsync(workspace.Url($"/members/{caller.User}"), Ending);
        Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);

        // It ends; the last that may be heard is the person's own removal.
        var rest = (await reader.ReadToEndAsync(Ending)).Split('\n');
        Assert.All(rest.Where(line => line.StartsWith("event: ", StringComparison.Ordinal)), line => Assert.Equal("event: member.changed", line));
    }

    private static async Task<(int Status, string Type)> CallAsync(HttpClient client, string workspace, string method, string rest, string? body)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), $"/api/v1/workspaces/{workspace}{rest.Replace("{user}", UserId.New().ToString())}");
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Ending);
        var text = answer.Content.Headers.ContentType?.MediaType == "application/problem+json" ? await answer.Content.ReadAsStringAsync(Ending) : "";
        return ((int)answer.StatusCode, text.Length == 0 ? "" : JsonSerializer.Deserialize<JsonElement>(text).GetProperty("type").GetString()!);
    }
}
