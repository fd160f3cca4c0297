using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using CodexCloudIde.Tests.Hosting;

namespace CodexCloudIde.Tests.Executions;

/// <summary>The HTTP API against the real host and a real runtime.</summary>
public sealed class ExecutionTests(IdeHost host) : IClassFixture<IdeHost>
{
    [Fact]
    public async Task Execute_Print_AnswersWithTheResult()
    {
        var workspace = await host.NewWorkspaceAsync();
        var result = await host.ExecuteAsync(workspace, new { command = new[] { "sh", "-c", "echo out; echo err >&2; cat; exit 3" }, stdin = "in" });
        Assert.Equal(("exited", 3, "out\nin", "err\n"), ((string)result["status"]!, (int)result["exitCode"]!, (string)result["stdout"]!, (string)result["stderr"]!));
        Assert.Equal("oci", (string?)result["sandbox"]!["runtime"]);
        Assert.Null((string?)result["reason"]);

        var again = await host.Client.GetFromJsonAsync<JsonObject>($"/api/v1/executions/{result["id"]}", TestContext.Current.CancellationToken);
        Assert.True(JsonNode.DeepEquals(result, again), again!.ToJsonString());
    }

    [Fact]
    public async Task Execute_Streaming_SendsOutputBeforeTheResult()
    {
        var workspace = await host.NewWorkspaceAsync();
        var events = await host.StreamAsync($"/api/v1/workspaces/{workspace}/executions", new { command = new[] { "sh", "-c", "echo one; echo two" } });
        Assert.Equal(("started", "result"), (events[0].Event, events[^1].Event));
        Assert.Equal("one\ntwo\n", string.Concat(events.Where(e => e.Event == "stdout").Select(e => (string)e.Data["text"]!)));
        var id = (string)events[0].Data["id"]!;
        Assert.Equal(id, (string?)events[^1].Data["id"]);

        var replayed = await host.StreamAsync($"/api/v1/executions/{id}/events", null);
        Assert.Equal(events.Select(e => e.Event), replayed.Select(e => e.Event));
    }

    [Fact]
    public async Task Execute_Traceback_IsParsed()
    {
        var workspace = await host.NewWorkspaceAsync(("app/deep.py", "def look(d):\n    return d['missing']\n"), ("main.py", "from app.deep import look\nlook({})\n"));
        var result = await host.ExecuteAsync(workspace, new { command = new[] { "/usr/bin/python3", "main.py" } });
        var trace = Assert.Single(result["traces"]!.AsArray())!;
        Assert.Equal(("KeyError", "'missing'"), ((string)trace["type"]!, (string)trace["message"]!));
        Assert.Equal(["main.py:2:<module>", "app/deep.py:2:look"], trace["frames"]!.AsArray().Select(f => $"{f!["path"]}:{f["line"]}:{f["function"]}"));
        Assert.Contains("app/deep.py:2", (string)result["summary"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Execute_Changes_AreListedAndDiscardedUnlessWrittenBack()
    {
        var workspace = await host.NewWorkspaceAsync(("a.txt", "old"), ("b.txt", "b"));
        var command = new[] { "sh", "-c", "printf new > a.txt; rm b.txt; mkdir d; printf c > d/c.txt" };
        var discarded = await host.ExecuteAsync(workspace, new { command });
        Assert.Equal(["modified a.txt", "deleted b.txt", "added d/c.txt"], discarded["changes"]!.AsArray().Select(c => $"{c!["change"]} {c["path"]}"));
        Assert.Equal("old", await host.Client.GetStringAsync($"/api/v1/workspaces/{workspace}/files/a.txt", TestContext.Current.CancellationToken));

        await host.ExecuteAsync(workspace, new { command, writeBack = true });
        Assert.Equal("new", await host.Client.GetStringAsync($"/api/v1/workspaces/{workspace}/files/a.txt", TestContext.Current.CancellationToken));
        Assert.Equal("c", await host.Client.GetStringAsync($"/api/v1/workspaces/{workspace}/files/d/c.txt", TestContext.Current.CancellationToken));
        Assert.Equal(HttpStatusCode.NotFound, (await host.Client.GetAsync($"/api/v1/workspaces/{workspace}/files/b.txt", TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task Execute_Cancelled_SaysSo()
    {
        var workspace = await host.NewWorkspaceAsync();
        await using var stream = await host.OpenStreamAsync($"/api/v1/workspaces/{workspace}/executions", new { command = new[] { "sh", "-c", "echo begun; sleep 1000" } });
        var id = "";
        await foreach (var (name, data) in stream.ReadAsync())
        {
            if (name == "started") id = (string)data["id"]!;
            if (name == "stdout")
            {
                var foreign = await host.OtherClient.PostAsync($"/api/v1/executions/{id}/cancel", null, TestContext.Current.CancellationToken);
                Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);
                (await host.Client.PostAsync($"/api/v1/executions/{id}/cancel", null, TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();
            }

            if (name == "result") Assert.Equal(("killed", "cancelled"), ((string)data["status"]!, (string)data["reason"]!));
        }
    }

    [Fact]
    public async Task Execute_AllTurnsTaken_IsQueuedUntilItsTurn()
    {
        await using var narrow = await IdeHost.StartAsync("--Ide:Sandbox:Concurrency=1");
        var workspace = await narrow.NewWorkspaceAsync(("test_a.py", "import unittest\n"));
        await using var first = await narrow.OpenStreamAsync($"/api/v1/workspaces/{workspace}/executions", new { command = new[] { "sh", "-c", "echo begun; exec sleep 100000" }, limits = new { idleSeconds = 900 } });
        await using var begun = first.ReadAsync().GetAsyncEnumerator(TestContext.Current.CancellationToken);
        var one = (string)(await NextAsync(begun, "started"))["id"]!;
        await NextAsync(begun, "stdout");
        await using var second = await narrow.OpenStreamAsync($"/api/v1/workspaces/{workspace}/executions", new { command = new[] { "sh", "-c", "echo begun; exec sleep 100000" }, limits = new { idleSeconds = 900 } });
        await using var waiting = second.ReadAsync().GetAsyncEnumerator(TestContext.Current.CancellationToken);
        var two = (string)(await NextAsync(waiting, "started"))["id"]!;
        await using var third = await narrow.OpenStreamAsync($"/api/v1/workspaces/{workspace}/test-runs", new { });
        await using var last = third.ReadAsync().GetAsyncEnumerator(TestContext.Current.CancellationToken);
        var tests = (string)(await NextAsync(last, "started"))["id"]!;
        Assert.Equal(("running", "queued", "queued"), (await StatusAsync($"executions/{one}"), await StatusAsync($"executions/{two}"), await StatusAsync($"test-runs/{tests}")));
        var listed = (await narrow.Client.GetFromJsonAsync<JsonObject>($"/api/v1/workspaces/{workspace}/executions", TestContext.Current.CancellationToken))!["items"]!.AsArray();
        Assert.Equal([(two, "queued"), (one, "running")], listed.Select(run => ((string)run!["id"]!, (string)run["status"]!)));

        await CancelAsync(one);
        await NextAsync(waiting, "stdout");
        Assert.Equal(("killed", "running", "queued"), (await StatusAsync($"executions/{one}"), await StatusAsync($"executions/{two}"), await StatusAsync($"test-runs/{tests}")));
        await CancelAsync(tests);
        Assert.Equal(("notStarted", "cancelled"), StateOf((await NextAsync(last, "result"))["execution"]!));
        await CancelAsync(two);
        Assert.Equal(("killed", "cancelled"), StateOf(await NextAsync(waiting, "result")));

        async Task CancelAsync(string id) => (await narrow.Client.PostAsync($"/api/v1/executions/{id}/cancel", null, TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();

        async Task<string> StatusAsync(string run)
        {
            var told = (await narrow.Client.GetFromJsonAsync<JsonObject>($"/api/v1/{run}", TestContext.Current.CancellationToken))!;
            return (string)(told["execution"] ?? told)["status"]!;
        }

        static (string, string) StateOf(JsonNode execution) => ((string)execution["status"]!, (string)execution["reason"]!);
    }

    private static async Task<JsonNode> NextAsync(IAsyncEnumerator<(string Event, JsonNode Data)> events, string name)
    {
        while (await events.MoveNextAsync())
        {
            if (events.Current.Event == name) return events.Current.Data;
        }

        throw new InvalidOperationException($"The stream ended before {name}.");
    }

    [Fact]
    public async Task Execute_LimitBreached_NamesTheCause()
    {
        var workspace = await host.NewWorkspaceAsync();
        var result = await host.ExecuteAsync(workspace, new { command = new[] { "/usr/bin/python3", "-c", "x=[]\nwhile 1: x.append(bytearray(1<<20))" }, limits = new { memoryMb = 64 } });
        Assert.Equal(("killed", "memory"), ((string)result["status"]!, (string)result["reason"]!));
        Assert.Null((int?)result["exitCode"]);
    }

    [Theory]
    [InlineData("""{"command":["true"],"limits":{"memoryMb":999999}}""", 422, "limit-above-ceiling", "limits.memoryMb")]
    [InlineData("""{"command":["true"],"limits":{"diskReadKbps":100}}""", 422, "limit-not-held", "limits.diskReadKbps")]
    [InlineData("""{"command":["true"],"limits":{"cpuSeconds":-1}}""", 422, "limit-invalid", "limits.cpuSeconds")]
    [InlineData("""{"command":[]}""", 400, "invalid-command", "command")]
    [InlineData("""{"command":["true"],"env":{"A B":"x"}}""", 400, "invalid-environment", "env")]
    [InlineData("""{"command":["true"],"network":"proxy"}""", 422, "network-not-held", "network")]
    [InlineData("""{"command":"true"}""", 400, "malformed-json", "command")]
    [InlineData("""{}""", 400, "malformed-json", null)]
    public async Task Execute_BadRequest_IsRefusedByName(string body, int status, string type, string? field)
    {
        var workspace = await host.NewWorkspaceAsync();
        var response = await host.Client.PostAsync(
            $"/api/v1/workspaces/{workspace}/executions", new StringContent(body, System.Text.Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);
        var problem = (await response.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken))!;
        Assert.Equal((status, type), ((int)response.StatusCode, (string)problem["type"]!));
        if (field is not null) Assert.Equal(field, (string?)problem["field"]);
    }

    [Fact]
    public async Task Execute_ByOtherTenant_IsNotFound()
    {
        var workspace = await host.NewWorkspaceAsync();
        var mine = await host.ExecuteAsync(workspace, new { command = new[] { "true" } });
        var start = await host.OtherClient.PostAsJsonAsync($"/api/v1/workspaces/{workspace}/executions", new { command = new[] { "true" } }, TestContext.Current.CancellationToken);
        var look = await host.OtherClient.GetAsync($"/api/v1/executions/{mine["id"]}", TestContext.Current.CancellationToken);
        var follow = await host.OtherClient.GetAsync($"/api/v1/executions/{mine["id"]}/events", TestContext.Current.CancellationToken);
        Assert.Equal([404, 404, 404], new[] { start, look, follow }.Select(response => (int)response.StatusCode));
    }

    [Fact]
    public async Task Execute_WithoutRuntime_SaysWhatToInstall()
    {
        await using var bare = await IdeHost.StartAsync("--Ide:Sandbox:RuntimeProgram=/nonexistent/runc");
        var workspace = await bare.NewWorkspaceAsync();
        var response = await bare.Client.PostAsJsonAsync($"/api/v1/workspaces/{workspace}/executions", new { command = new[] { "true" } }, TestContext.Current.CancellationToken);
        var problem = (await response.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken))!;
        Assert.Equal((503, "no-sandbox-runtime"), ((int)response.StatusCode, (string)problem["type"]!));
        Assert.Contains("apt-get install runc", (string)problem["detail"]!, StringComparison.Ordinal);
        var ready = (await bare.Client.GetFromJsonAsync<JsonObject>("/readyz", TestContext.Current.CancellationToken))!;
        Assert.Equal("degraded", (string?)ready["status"]);
    }
}
