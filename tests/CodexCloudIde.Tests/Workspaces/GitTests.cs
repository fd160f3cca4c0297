using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using CodexCloudIde.Tests.Hosting;

namespace CodexCloudIde.Tests.Workspaces;

public sealed class GitTests : IAsyncLifetime
{
    private readonly TempFolder roots = new();
    private IdeHost host = null!;

    private static CancellationToken Ending => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        host = await IdeHost.StartAsync($"--Ide:Git:LocalRoots:0={roots.Path}");
        Directory.CreateDirectory(roots.Of("not-a-repository"));
        // An outsider's repository with a hook that would tell on itself if the host ran it.
        await Shell.RunAsync(
            "sh", "-c",
            $"""
             cd {roots.Path} && chmod 755 . && git init -q -b main project && cd project && echo one > a.txt && git add . &&
             git -c user.name=A -c user.email=a@example.com commit -qm First && git branch side &&
             printf '#!/bin/sh\ntouch {roots.Path}/ran-on-host\n' > .git/hooks/post-checkout && chmod +x .git/hooks/post-checkout
             """);
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        roots.Dispose();
    }

    [Fact]
    public async Task Import_LocalRepository_AnswersAtOnceAndTheRepositoryWorks()
    {
        var workspace = await ImportAsync(roots.Of("project"), "ready");
        Assert.Equal("one\n", await workspace.ReadTextAsync("a.txt"));
        Assert.Equal(["a.txt"], await workspace.PathsAsync());
        Assert.False(File.Exists(roots.Of("ran-on-host")));

        await workspace.WriteAsync("a.txt", "two\n");
        await workspace.WriteAsync("dir/näme [x] 🦊.txt", "new\n");
        var status = await GetAsync(workspace, "/git/status");
        Assert.Equal(("main", false), (status.GetProperty("branch").GetString(), status.GetProperty("clean").GetBoolean()));
        Assert.Equal(
            ["a.txt modified", "dir/näme [x] 🦊.txt untracked"],
            status.GetProperty("files").EnumerateArray().Select(file => $"{file.GetProperty("path").GetString()} {file.GetProperty("tree").GetString()}"));
        Assert.Contains("-one\n+two\n", await workspace.Http.GetStringAsync(workspace.Url("/git/diff"), Ending));

        var first = await workspace.PostAsync("/git/commit", new { message = "Second\n\nwith a body", paths = new[] { "dir/näme [x] 🦊.txt" } }, HttpStatusCode.Created);
        Assert.Equal((IdeHost.OwnerEmail, "Second\n\nwith a body"), (first.GetProperty("email").GetString(), first.GetProperty("message").GetString()));
        Assert.Equal("a.txt", Assert.Single((await GetAsync(workspace, "/git/status")).GetProperty("files").EnumerateArray()).GetProperty("path").GetString());
        await workspace.PostAsync("/git/commit", new { message = "Third" }, HttpStatusCode.Created);
        var nothing = await workspace.PostAsync("/git/commit", new { message = "Fourth" }, HttpStatusCode.Conflict);
        Assert.Equal("nothing-to-commit", nothing.GetProperty("type").GetString());

        var page = await GetAsync(workspace, "/git/log?limit=2");
        Assert.Equal(["Third", "Second\n\nwith a body"], page.GetProperty("items").EnumerateArray().Select(commit => commit.GetProperty("message").GetString()));
        var rest = await GetAsync(workspace, $"/git/log?limit=2&cursor={page.GetProperty("nextCursor").GetString()}");
        Assert.Equal("First", Assert.Single(rest.GetProperty("items").EnumerateArray()).GetProperty("message").GetString());
    }

    [Fact]
    public async Task Branches_CreateAndCheckOut_ChangeTheFiles()
    {
        var workspace = await ImportAsync(roots.Of("project"), "ready");
        await workspace.PostAsync("/git/branches", new { name = "feature/x" }, HttpStatusCode.Created);
        await workspace.WriteAsync("a.txt", "two\n");
        await workspace.PostAsync("/git/commit", new { message = "Second" }, HttpStatusCode.Created);
        await workspace.PostAsync("/git/checkout", new { name = "main" }, HttpStatusCode.NoContent);
        Assert.Equal("one\n", await workspace.ReadTextAsync("a.txt"));
        var branches = await GetAsync(workspace, "/git/branches");
        Assert.Equal(
            ["feature/x False", "main True"],
            branches.GetProperty("items").EnumerateArray().Select(branch => $"{branch.GetProperty("name").GetString()} {branch.GetProperty("current").GetBoolean()}"));
        var unknown = await workspace.PostAsync("/git/checkout", new { name = "nowhere" }, HttpStatusCode.Conflict);
        Assert.Equal("git-failed", unknown.GetProperty("type").GetString());
        var option = await workspace.PostAsync("/git/checkout", new { name = "--orphan" }, HttpStatusCode.BadRequest);
        Assert.Equal("invalid-ref", option.GetProperty("type").GetString());
    }

    [Fact]
    public async Task Git_NoRepository_SaysSoAndInitMakesOne()
    {
        var workspace = await WorkspaceClient.CreateAsync(host, "python");
        using var status = await workspace.Http.GetAsync(workspace.Url("/git/status"), Ending);
        Assert.Equal((409, "no-repository"), await WorkspaceClient.ProblemAsync(status));
        await workspace.PostAsync("/git/init", new { }, HttpStatusCode.NoContent);
        Assert.Equal(0, (await GetAsync(workspace, "/git/log")).GetProperty("items").GetArrayLength());
        await workspace.PostAsync("/git/commit", new { message = "First" }, HttpStatusCode.Created);
        Assert.True((await GetAsync(workspace, "/git/status")).GetProperty("clean").GetBoolean());
    }

    [Fact]
    public async Task Import_RepositoryHostileConfiguration_RunsNothingOnTheHost()
    {
        await Shell.RunAsync("git", "-C", roots.Of("project"), "config", "core.fsmonitor", $"touch {roots.Of("ran-on-host")}");
        var workspace = await ImportAsync(roots.Of("project"), "ready");
        await GetAsync(workspace, "/git/status");
        Assert.False(File.Exists(roots.Of("ran-on-host")));
    }

    [Theory]
    [InlineData("https://does-not-exist.invalid/x.git")]
    [InlineData("{roots}/not-a-repository")]
    public async Task Import_ThatCannotWork_FailsWithAReasonAndCanBeRetriedOrDeleted(string url)
    {
        var workspace = await ImportAsync(url.Replace("{roots}", roots.Path), "importFailed");
        using var tree = await workspace.Http.GetAsync(workspace.Url("/tree"), Ending);
        Assert.Equal((409, "import-failed"), await WorkspaceClient.ProblemAsync(tree));
        var retried = await workspace.PostAsync("/import", new { }, HttpStatusCode.Accepted);
        Assert.Equal("importing", retried.GetProperty("state").GetString());
        var ended = await EndAsync(workspace);
        Assert.Equal("importFailed", ended.GetProperty("state").GetString());
        Assert.False(string.IsNullOrWhiteSpace(ended.GetProperty("reason").GetString()));
        using var deleted = await workspace.Http.DeleteAsync(workspace.Url(), Ending);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
    }

    [Fact]
    public async Task Import_LinkOutOfTheRoots_IsRefused()
    {
        Directory.CreateSymbolicLink(roots.Of("escape"), "/");
        using var answer = await host.Client.PostAsJsonAsync(
            "/api/v1/workspaces", new { name = "x", source = new { git = new { url = roots.Of("escape") + "/etc" } } }, Ending);
        Assert.Equal((422, "git-refused"), await WorkspaceClient.ProblemAsync(answer));
    }

    private async Task<WorkspaceClient> ImportAsync(string url, string expected)
    {
        using var answer = await host.Client.PostAsJsonAsync("/api/v1/workspaces", new { name = "imported", source = new { git = new { url } } }, Ending);
        var made = await answer.Content.ReadFromJsonAsync<JsonElement>(Ending);
        Assert.Equal((HttpStatusCode.Created, "importing"), (answer.StatusCode, made.GetProperty("state").GetString()));
        var workspace = new WorkspaceClient(host.Client, made.GetProperty("id").GetString()!);
        var ended = await EndAsync(workspace);
        Assert.True(expected == ended.GetProperty("state").GetString(), ended.ToString());
        return workspace;
    }

    /// <summary>Waits on the workspace's own event stream, looking once after subscribing.</summary>
    private static async Task<JsonElement> EndAsync(WorkspaceClient workspace)
    {
        await using var stream = await workspace.Http.GetStreamAsync(workspace.Url("/events"), Ending);
        using var reader = new StreamReader(stream);
        while (true)
        {
            var now = await GetAsync(workspace, "");
            if (now.GetProperty("state").GetString() != "importing") return now;
            while (await reader.ReadLineAsync(Ending) is { } line && line != "event: workspace.changed")
            {
                // Other news.
            }
        }
    }

    private static Task<JsonElement> GetAsync(WorkspaceClient workspace, string rest) => workspace.Http.GetFromJsonAsync<JsonElement>(workspace.Url(rest), Ending);
}
