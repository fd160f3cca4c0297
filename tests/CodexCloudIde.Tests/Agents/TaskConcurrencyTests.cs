using System.Net.Http.Json;
using CodexCloudIde.Tenants;
using CodexCloudIde.Tests.Documents;
using CodexCloudIde.Tests.Hosting;
using CodexCloudIde.Tests.Models;

namespace CodexCloudIde.Tests.Agents;

/// <summary>Several people, or one who clicks twice, and a task.</summary>
public sealed class TaskConcurrencyTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Changes_RejectedWhileSomebodyTypes_LoseNothing()
    {
        var text = string.Join('\n', Enumerable.Range(1, 20).Select(i => $"line {i}")) + "\n";
        var files = Enumerable.Range(0, 12).Select(i => $"f{i:D2}.txt").ToArray();
        var patch = string.Concat(files.Select(file => $"*** Update File: {file}\n@@\n-line 2\n+LINE 2\n"));
        await using var model = await ChatCompletionsServer.StartAsync(Reply.Call.Of("apply_patch", new { patch = $"*** Begin Patch\n{patch}*** End Patch" }), new Reply.Say("done"));
        await using var host = await IdeHost.StartAsync(model.AsModel);
        var workspace = await host.Client.MakeWorkspaceAsync([.. files.Select(file => (file, text))]);
        var task = await host.Client.StartTaskAsync(workspace, new { kind = "ask", prompt = "Louder" });
        await host.Client.ToEndAsync(task);
        var shown = await host.Client.PostTaskAsync(task, "changes", new { accept = Array.Empty<string>(), reject = Array.Empty<string>() });
        var ids = shown.GetProperty("hunks").EnumerateArray().Select(hunk => hunk.GetProperty("id").GetString()).ToArray();
        Assert.Equal(files.Length, ids.Length);

        await using var person = await HubClient.OpenAsync(host.Hub("/hubs/documents"), workspace, files[^1]);
        var rejected = host.Client.PostTaskAsync(task, "changes", new { accept = Array.Empty<string>(), reject = ids });
        var typed = 0;
        for (; typed < 20 || !rejected.IsCompleted; typed++) await person.TypeAsync(person.Text.Length, "x");
        await rejected;

        Assert.Equal(text + new string('x', typed), await host.Client.ReadFileAsync(workspace, files[^1]));
        Assert.Equal(text, await host.Client.ReadFileAsync(workspace, files[0]));
    }

    [Fact]
    public async Task Changes_RejectedOneByOneAtOnce_StayRejected()
    {
        var text = string.Join('\n', Enumerable.Range(1, 80).Select(i => $"line {i}")) + "\n";
        var patch = string.Concat(Enumerable.Range(1, 6).Select(i => $"@@\n-line {i * 12}\n+LINE {i * 12}\n"));
        await using var model = await ChatCompletionsServer.StartAsync(
            Reply.Call.Of("apply_patch", new { patch = $"*** Begin Patch\n*** Update File: a.txt\n{patch}*** End Patch" }), new Reply.Say("done"));
        await using var host = await IdeHost.StartAsync(model.AsModel);
        var workspace = await host.Client.MakeWorkspaceAsync(("a.txt", text));
        var task = await host.Client.StartTaskAsync(workspace, new { kind = "ask", prompt = "Louder" });
        await host.Client.ToEndAsync(task);
        var shown = await host.Client.PostTaskAsync(task, "changes", new { accept = Array.Empty<string>(), reject = Array.Empty<string>() });
        var ids = shown.GetProperty("hunks").EnumerateArray().Select(hunk => hunk.GetProperty("id").GetString()).ToList();
        Assert.Equal(6, ids.Count);

        await Task.WhenAll(ids.Select(id => host.Client.PostTaskAsync(task, "changes", new { accept = Array.Empty<string>(), reject = new[] { id } })));

        Assert.Equal(text, await host.Client.ReadFileAsync(workspace, "a.txt"));
        shown = await host.Client.PostTaskAsync(task, "changes", new { accept = Array.Empty<string>(), reject = Array.Empty<string>() });
        Assert.All(shown.GetProperty("hunks").EnumerateArray(), hunk => Assert.Equal("rejected", hunk.GetProperty("state").GetString()));
    }

    [Fact]
    public async Task Resume_SeveralTimesAtOnce_StartsOneTurn()
    {
        using var pace = new SemaphoreSlim(0);
        await using var model = await ChatCompletionsServer.StartAsync((_, _) => TaskTests.Wait(pace, new Reply.Say("done")));
        await using var host = await IdeHost.StartAsync(model.AsModel);
        var task = await host.Client.StartTaskAsync(await host.Client.MakeWorkspaceAsync(), new { kind = "ask", prompt = "?" });
        await host.Client.UntilAsync(task, happened => happened.Name == "turn.started");
        var cancelled = await host.Client.PostTaskAsync(task, "cancel");
        var before = cancelled.GetProperty("lastEvent").GetInt64();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            // Who comes later is told that it runs.
            using var answer = await host.Client.PostAsJsonAsync($"/api/v1/tasks/{task}/resume", new { }, Cancel);
        }));
        pace.Release(10);
        var events = await host.Client.ToEndAsync(task, before);
        Assert.Single(events, happened => happened.Name == "turn.started");
        var done = await host.Client.TaskAsync(task);
        Assert.Equal((2, "completed"), (done.GetProperty("turns").GetInt32(), done.GetProperty("state").GetString()));
    }

    [Fact]
    public async Task Pause_WhileQueued_HoldsAndResumes()
    {
        using var pace = new SemaphoreSlim(0);
        await using var model = await ChatCompletionsServer.StartAsync((_, i) => i == 0 ? TaskTests.Wait(pace, new Reply.Say("first")) : new Reply.Say("second"));
        await using var host = await IdeHost.StartAsync([.. model.AsModel, "--Ide:Agents:Concurrent=1"]);
        var workspace = await host.Client.MakeWorkspaceAsync();
        var first = await host.Client.StartTaskAsync(workspace, new { kind = "ask", prompt = "?" });
        await host.Client.UntilAsync(first, happened => happened.Name == "turn.started");
        var second = await host.Client.StartTaskAsync(workspace, new { kind = "ask", prompt = "?" });
        Assert.Equal("paused", (await host.Client.PostTaskAsync(second, "pause")).GetProperty("state").GetString());
        pace.Release();
        await host.Client.ToEndAsync(first);
        await host.Client.UntilAsync(second, happened => happened.Name == "turn.started");
        Assert.Equal("paused", (await host.Client.TaskAsync(second)).GetProperty("state").GetString());
        Assert.Equal("running", (await host.Client.PostTaskAsync(second, "resume")).GetProperty("state").GetString());
        await host.Client.ToEndAsync(second);
        Assert.Equal("second", (await host.Client.TaskAsync(second)).GetProperty("outcome").GetProperty("summary").GetString());
    }

    [Fact]
    public async Task Run_WhoStartedItIsRemoved_StopsAtOnce()
    {
        var hang = new Reply.Hang(new(), new());
        await using var model = await ChatCompletionsServer.StartAsync(hang);
        await using var host = await IdeHost.StartAsync(model.AsModel);
        var (token, member) = await host.AddMemberAsync("gone@example.com", Role.Developer);
        using var client = host.ClientOf(token);
        var workspace = await host.Client.MakeWorkspaceAsync(("a.txt", "text"));
        using var added = await host.Client.PutAsJsonAsync($"/api/v1/workspaces/{workspace}/members/{member.User}", new { role = "developer" }, Cancel);
        var task = await client.StartTaskAsync(workspace, new { kind = "ask", prompt = "Louder" });
        await hang.Started.Task.WaitAsync(Cancel);

        using var removed = await host.Client.DeleteAsync($"/api/v1/workspaces/{workspace}/members/{member.User}", Cancel);
        await hang.Gone.Task.WaitAsync(Cancel);
        await host.Client.ToEndAsync(task);
        var state = await host.Client.TaskAsync(task);
        Assert.Equal(("cancelled", "Whoever started it may not work in this workspace any more."), (state.GetProperty("state").GetString(), state.GetProperty("error").GetString()));
    }
}
