using System.Net.Http.Json;
using System.Text.Json.Nodes;
using CodexCloudIde.Tests.Hosting;

namespace CodexCloudIde.Tests.Executions;

/// <summary>What is kept of runs, and what a list of them has.</summary>
public sealed class RunListTests
{
    private const int Kept = 10;

    [Fact]
    public async Task List_Runs_AreOutlinedNewestFirstAndTheOldestForgotten()
    {
        await using var host = await IdeHost.StartAsync($"--Ide:Sandbox:RunsKept={Kept}");
        var workspace = await host.NewWorkspaceAsync(("test_a.py", "def test_a():\n    print('seen')\n    assert False\n"));
        // The oldest of all, but still under way when the others have pushed it out.
        await using var waiting = await host.OpenStreamAsync($"/api/v1/workspaces/{workspace}/executions", new { command = new[] { "sleep", "600" } });
        var first = (string)(await waiting.ReadAsync().FirstAsync(happened => happened.Event == "started", TestContext.Current.CancellationToken)).Data["id"]!;
        var tests = await host.TestAsync(workspace, new { });
        var ids = new List<string>();
        for (var i = 0; i < Kept; i++) ids.Add((string)(await host.ExecuteAsync(workspace, new { command = new[] { "echo", "printed" } }))["id"]!);

        var listed = await ListAsync(host, workspace, "executions");
        Assert.Equal([.. Enumerable.Reverse(ids), first], listed.Select(run => (string)run!["id"]!));
        Assert.Equal(("", true, "exited", 0), ((string)listed[0]!["stdout"]!, (bool)listed[0]!["truncated"]!, (string)listed[0]!["status"]!, (int)listed[0]!["exitCode"]!));
        Assert.Equal("running", (string?)listed[^1]!["status"]);
        var whole = await host.Client.GetFromJsonAsync<JsonObject>($"/api/v1/executions/{ids[^1]}", TestContext.Current.CancellationToken);
        Assert.Equal(("printed\n", false), ((string)whole!["stdout"]!, (bool)whole["truncated"]!));
        Assert.Equal([], await ListAsync(host, workspace, "test-runs"));
        using var forgotten = await host.Client.GetAsync($"/api/v1/test-runs/{tests["id"]}", TestContext.Current.CancellationToken);
        Assert.Equal(System.Net.HttpStatusCode.NotFound, forgotten.StatusCode);
    }

    [Fact]
    public async Task List_TestRuns_HaveFiguresButNoCases()
    {
        await using var host = await IdeHost.StartAsync();
        var workspace = await host.NewWorkspaceAsync(("test_a.py", "def test_a():\n    print('seen')\n    assert False\n"));
        var run = await host.TestAsync(workspace, new { });
        var listed = Assert.Single(await ListAsync(host, workspace, "test-runs"))!;
        Assert.Equal(((string)run["id"]!, "failed", 1, 0, ""), ((string)listed["id"]!, (string)listed["status"]!, (int)listed["failed"]!, listed["cases"]!.AsArray().Count, (string)listed["execution"]!["stdout"]!));
        Assert.Single(run["cases"]!.AsArray());
    }

    private static async Task<JsonArray> ListAsync(IdeHost host, string workspace, string kind) =>
        (await host.Client.GetFromJsonAsync<JsonObject>($"/api/v1/workspaces/{workspace}/{kind}", TestContext.Current.CancellationToken))!["items"]!.AsArray();
}
