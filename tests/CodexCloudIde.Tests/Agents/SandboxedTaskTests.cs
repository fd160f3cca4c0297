using System.Net;
using System.Net.Http.Json;
using CodexCloudIde.Tests.Hosting;
using CodexCloudIde.Tests.Models;

namespace CodexCloudIde.Tests.Agents;

/// <summary>Tasks that run tests and commands in real sandboxes.</summary>
public sealed class SandboxedTaskTests
{
    private const string Code = "def add(a, b):\n    return a - b\n\n\ndef keep(x):\n    return x\n";
    private const string Cases = "from m import add, keep\n\n\ndef test_add():\n    assert add(2, 3) == 5\n\n\ndef test_keep():\n    assert keep(1) == 1\n";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Fix_ScriptedModel_GoesRedToGreenWithProof()
    {
        await using var model = await ChatCompletionsServer.StartAsync(
            Reply.Call.Of("run_tests", new { }),
            Reply.Call.Of("read_file", new { path = "m.py" }),
            Reply.Call.Of("apply_edit", new { path = "m.py", oldText = "a - b", newText = "a + b" }),
            Reply.Call.Of("run_tests", new { }),
            new Reply.Say("It subtracted; now it adds."));
        await using var host = await IdeHost.StartAsync(model.AsModel);
        var workspace = await host.Client.MakeWorkspaceAsync(("m.py", Code), ("test_m.py", Cases));
        var task = await host.Client.StartTaskAsync(workspace, new { kind = "fix" });
        await host.Client.ToEndAsync(task);
        var outcome = (await host.Client.TaskAsync(task)).GetProperty("outcome");
        Assert.Equal("fixed", outcome.GetProperty("kind").GetString());
        Assert.Equal((1, 0), (outcome.GetProperty("proof").GetProperty("before").GetProperty("failed").GetInt32(), outcome.GetProperty("proof").GetProperty("after").GetProperty("failed").GetInt32()));
        Assert.Contains("return a + b", await host.Client.ReadFileAsync(workspace, "m.py"), StringComparison.Ordinal);
        Assert.Equal(1, model.Requests.ElementAt(1).LastResult.GetProperty("failed").GetInt32());
    }

    [Fact]
    public async Task Fix_ModelEditsWithoutRunningTests_ProofIsMadeForIt()
    {
        await using var model = await ChatCompletionsServer.StartAsync(
            Reply.Call.Of("write_file", new { path = "m.py", content = Code.Replace("a - b", "a + b") }), new Reply.Say("Trust me."));
        await using var host = await IdeHost.StartAsync(model.AsModel);
        var workspace = await host.Client.MakeWorkspaceAsync(("m.py", Code), ("test_m.py", Cases));
        var task = await host.Client.StartTaskAsync(workspace, new { kind = "fix" });
        var events = await host.Client.ToEndAsync(task);
        Assert.Equal(2, events.Count(happened => happened.Name == "item.completed" && happened.Data.GetProperty("type").GetString() == "testRun"));
        Assert.Equal("fixed", (await host.Client.TaskAsync(task)).GetProperty("outcome").GetProperty("kind").GetString());
    }

    [Fact]
    public async Task Fix_OfflineModelOnTheSample_MendsAllOfIt()
    {
        await using var host = await IdeHost.StartAsync();
        using var made = await host.Client.PostAsJsonAsync("/api/v1/workspaces", new { name = "sample", source = new { template = "sample-debug" } }, Cancel);
        var workspace = (await made.ReadAsync()).GetProperty("id").GetString()!;
        var task = await host.Client.StartTaskAsync(workspace, new { kind = "fix" });
        var events = await host.Client.ToEndAsync(task);
        var done = await host.Client.TaskAsync(task);
        Assert.Equal("fixed", done.GetProperty("outcome").GetProperty("kind").GetString());
        Assert.Equal(0, done.GetProperty("outcome").GetProperty("proof").GetProperty("after").GetProperty("failed").GetInt32());
        Assert.NotEqual(0, done.GetProperty("outcome").GetProperty("proof").GetProperty("before").GetProperty("failed").GetInt32());
        Assert.Contains(events, happened => happened.Name == "item.completed" && happened.Data.GetProperty("type").GetString() == "fileChange");
        Assert.Contains(events, happened => happened.Name == "item.completed" && happened.Data.GetProperty("type").GetString() == "plan");
        Assert.Contains(events, happened => happened.Name == "item.completed" && happened.Data.TryGetProperty("tool", out var tool) && tool.GetString() == "try_patches");
    }

    [Fact]
    public async Task Approval_WriteBack_WaitsIsDeniedThenAllowed()
    {
        object command = new { command = new[] { "sh", "-c", "echo made > made.txt" }, writeBack = true };
        await using var model = await ChatCompletionsServer.StartAsync(Reply.Call.Of("run_command", command), Reply.Call.Of("run_command", command), new Reply.Say("done"));
        await using var host = await IdeHost.StartAsync(model.AsModel);
        var workspace = await host.Client.MakeWorkspaceAsync(("a.txt", "a"));
        var task = await host.Client.StartTaskAsync(workspace, new { kind = "ask", prompt = "Make it" });

        var asked = await host.Client.UntilAsync(task, happened => happened.Name == "approval.requested");
        var waiting = await host.Client.TaskAsync(task);
        Assert.Equal("waitingForApproval", waiting.GetProperty("state").GetString());
        Assert.Contains("echo made", asked.Data.GetProperty("action").GetString(), StringComparison.Ordinal);
        using (var wrong = await host.Client.PostAsJsonAsync($"/api/v1/tasks/{task}/approvals/{Id(asked)}", new { decision = "allow", actionHash = "else" }, Cancel))
        {
            Assert.Equal(HttpStatusCode.Conflict, wrong.StatusCode);
        }

        await host.Client.PostTaskAsync(task, $"approvals/{Id(asked)}", new { decision = "deny" });
        var again = await host.Client.UntilAsync(task, happened => happened.Name == "approval.requested" && happened.Id > asked.Id);
        Assert.Equal(asked.Data.GetProperty("actionHash").GetString(), again.Data.GetProperty("actionHash").GetString());
        Assert.StartsWith("A person denied it", model.Requests.ElementAt(1).LastResult.GetProperty("error").GetString(), StringComparison.Ordinal);
        await host.Client.PostTaskAsync(task, $"approvals/{Id(again)}", new { decision = "allow" });
        await host.Client.ToEndAsync(task);
        Assert.Equal("made\n", await host.Client.ReadFileAsync(workspace, "made.txt"));
        using var late = await host.Client.PostAsJsonAsync($"/api/v1/tasks/{task}/approvals/{Id(again)}", new { decision = "deny" }, Cancel);
        Assert.Equal(HttpStatusCode.Conflict, late.StatusCode);
    }

    [Fact]
    public async Task Approval_NobodyAnswers_ExpiresAndIsRefused()
    {
        await using var model = await ChatCompletionsServer.StartAsync(Reply.Call.Of("run_command", new { command = new[] { "true" }, writeBack = true }), new Reply.Say("done"));
        await using var host = await IdeHost.StartAsync([.. model.AsModel, "--Ide:Agents:ApprovalSeconds=1"]);
        var task = await host.Client.StartTaskAsync(await host.Client.MakeWorkspaceAsync(), new { kind = "ask", prompt = "Make it" });
        var events = await host.Client.ToEndAsync(task);
        Assert.Equal("expired", Assert.Single(events, happened => happened.Name == "approval.resolved").Data.GetProperty("decision").GetString());
        Assert.StartsWith("Nobody answered", model.Requests.Last().LastResult.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Command_InAuto_RunsByItselfAndLeavesNothing()
    {
        await using var model = await ChatCompletionsServer.StartAsync(
            Reply.Call.Of("run_command", new { command = new[] { "sh", "-c", "echo out; echo x > left.txt" } }), new Reply.Say("done"));
        await using var host = await IdeHost.StartAsync(model.AsModel);
        var workspace = await host.Client.MakeWorkspaceAsync(("a.txt", "a"));
        var task = await host.Client.StartTaskAsync(workspace, new { kind = "ask", prompt = "Run it" });
        var events = await host.Client.ToEndAsync(task);
        Assert.DoesNotContain(events, happened => happened.Name == "approval.requested");
        Assert.Equal("out\n", model.Requests.Last().LastResult.GetProperty("stdout").GetString());
        using var left = await host.Client.GetAsync($"/api/v1/workspaces/{workspace}/files/left.txt", Cancel);
        Assert.Equal(HttpStatusCode.NotFound, left.StatusCode);
    }

    [Fact]
    public async Task TryPatches_ManyCandidates_OneExecutionTellsThemApart()
    {
        var at = Code.IndexOf("a - b", StringComparison.Ordinal);
        object[] candidates =
        [
            Candidate("times", at, at + 5, "a * b"), Candidate("plus", at, at + 5, "a + b"),
            Candidate("breaks", 0, Code.Length, "def add(a, b):\n    return a + b\n\n\ndef keep(x):\n    return None\n"), Candidate("hangs", at - 7, at + 5, "while True: pass"),
        ];
        await using var model = await ChatCompletionsServer.StartAsync(Reply.Call.Of("try_patches", new { candidates, tests = new[] { "test_m.py::test_add" } }), new Reply.Say("done"));
        await using var host = await IdeHost.StartAsync(model.AsModel);
        var workspace = await host.Client.MakeWorkspaceAsync(("m.py", Code), ("test_m.py", Cases));
        var task = await host.Client.StartTaskAsync(workspace, new { kind = "ask", prompt = "Try" });
        await host.Client.ToEndAsync(task);
        var results = model.Requests.Last().LastResult.GetProperty("results").EnumerateArray().ToDictionary(result => result.GetProperty("id").GetString()!, result => result.GetProperty("state").GetString());
        Assert.Equal(new Dictionary<string, string?> { ["times"] = "failed", ["plus"] = "passed", ["breaks"] = "failed", ["hangs"] = "timedOut" }, results);
        Assert.Equal(Code, await host.Client.ReadFileAsync(workspace, "m.py"));
    }

    private static object Candidate(string id, int start, int end, string replacement) => new { id, edits = new[] { new { path = "m.py", start, end, replacement } } };

    private static string Id(Happened approval) => approval.Data.GetProperty("id").GetString()!;
}
