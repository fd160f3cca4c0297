using System.Net;
using System.Net.Http.Json;
using CodexCloudIde.Tenants;
using CodexCloudIde.Tests.Hosting;
using CodexCloudIde.Tests.Models;

namespace CodexCloudIde.Tests.Agents;

/// <summary>Tasks by API, with the real host and a model that answers by script; nothing here needs a sandbox.</summary>
public sealed class TaskTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ask_ModelAnswers_CompletesWithDenseEvents()
    {
        await using var model = await ChatCompletionsServer.StartAsync(new Reply.Say("It ", "adds."));
        await using var host = await IdeHost.StartAsync(model.AsModel);
        var task = await host.Client.StartTaskAsync(await host.Client.MakeWorkspaceAsync(), new { kind = "ask", prompt = "What does it do?" });
        var events = await host.Client.ToEndAsync(task);

        Assert.Equal(Enumerable.Range(1, events.Count).Select(i => (long)i), events.Select(happened => happened.Id));
        Assert.Equal("thread.started", events[0].Name);
        Assert.Equal("thread.completed", events[^1].Name);
        Assert.Contains(events, happened => happened.Name == "item.completed" && happened.Data.GetProperty("type").GetString() == "agentMessage" && happened.Data.GetProperty("text").GetString() == "It adds.");
        var done = await host.Client.TaskAsync(task);
        Assert.Equal(("completed", "answered", "It adds."), (done.GetProperty("state").GetString(), done.GetProperty("outcome").GetProperty("kind").GetString(), done.GetProperty("outcome").GetProperty("summary").GetString()));
        Assert.Equal((100, 10, 10), (done.GetProperty("usage").GetProperty("tokensIn").GetInt32(), done.GetProperty("usage").GetProperty("tokensOut").GetInt32(), done.GetProperty("usage").GetProperty("cost").GetInt32()));
    }

    [Fact]
    public async Task Events_ResumedAfterAnId_HaveNoGapAndNoDouble()
    {
        using var pace = new SemaphoreSlim(1);
        await using var model = await ChatCompletionsServer.StartAsync(new Reply.Slowly(pace, "a", "b", "c"));
        await using var host = await IdeHost.StartAsync(model.AsModel);
        var task = await host.Client.StartTaskAsync(await host.Client.MakeWorkspaceAsync(), new { kind = "ask", prompt = "?" });
        var first = new List<Happened>();
        await foreach (var happened in host.Client.EventsAsync(task))
        {
            first.Add(happened);
            if (happened.Name == "item.started" && happened.Data.GetProperty("type").GetString() == "agentMessage")
            {
                break;
            }
        }

        pace.Release(2);
        var rest = await host.Client.ToEndAsync(task, first[^1].Id);
        Assert.Equal(Enumerable.Range(1, first.Count + rest.Count).Select(i => (long)i), first.Concat(rest).Select(happened => happened.Id));
        Assert.Empty(await host.Client.ToEndAsync(task, rest[^1].Id));
    }

    [Fact]
    public async Task Cancel_WhileTheModelStreams_EndsBoth()
    {
        var (started, gone) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var model = await ChatCompletionsServer.StartAsync(new Reply.Hang(started, gone));
        await using var host = await IdeHost.StartAsync(model.AsModel);
        var task = await host.Client.StartTaskAsync(await host.Client.MakeWorkspaceAsync(), new { kind = "ask", prompt = "?" });
        await started.Task.WaitAsync(Cancel);
        Assert.Equal("cancelled", (await host.Client.PostTaskAsync(task, "cancel")).GetProperty("state").GetString());
        await gone.Task.WaitAsync(Cancel);
        Assert.Equal("thread.completed", (await host.Client.ToEndAsync(task))[^1].Name);
    }

    [Fact]
    public async Task Message_WhileItRuns_IsHeardBeforeTheNextStep()
    {
        using var pace = new SemaphoreSlim(0);
        using var asked = new SemaphoreSlim(0);
        await using var model = await ChatCompletionsServer.StartAsync((_, i) =>
        {
            asked.Release();
            return i == 0 ? new Reply.Slowly(pace, "thinking") : new Reply.Say("as you say");
        });
        await using var host = await IdeHost.StartAsync(model.AsModel);
        var task = await host.Client.StartTaskAsync(await host.Client.MakeWorkspaceAsync(), new { kind = "ask", prompt = "first" });
        await asked.WaitAsync(Cancel);
        using (var said = await host.Client.PostAsJsonAsync($"/api/v1/tasks/{task}/messages", new { text = "rather this" }, Cancel))
        {
            Assert.Equal(HttpStatusCode.Accepted, said.StatusCode);
        }

        pace.Release();
        await host.Client.ToEndAsync(task);
        Assert.Equal(["first", "rather this"], model.Requests.Last().UserMessages);
        Assert.Equal("as you say", (await host.Client.TaskAsync(task)).GetProperty("outcome").GetProperty("summary").GetString());
    }

    [Fact]
    public async Task Message_AfterTheEnd_StartsAnotherTurn()
    {
        await using var model = await ChatCompletionsServer.StartAsync(new Reply.Say("one"), new Reply.Say("two"));
        await using var host = await IdeHost.StartAsync(model.AsModel);
        var task = await host.Client.StartTaskAsync(await host.Client.MakeWorkspaceAsync(), new { kind = "ask", prompt = "?" });
        var first = await host.Client.ToEndAsync(task);
        await host.Client.PostTaskAsync(task, "messages", new { text = "and then?" });
        var second = await host.Client.ToEndAsync(task, first[^1].Id);
        Assert.Equal("thread.completed", second[^1].Name);
        var done = await host.Client.TaskAsync(task);
        Assert.Equal((2, "two"), (done.GetProperty("turns").GetInt32(), done.GetProperty("outcome").GetProperty("summary").GetString()));
    }

    [Fact]
    public async Task EndpointDown_TurnFailsWithWords_AndResumes()
    {
        await using var host = await IdeHost.StartAsync("--Ide:Models:0:Name=down", "--Ide:Models:0:Endpoint=http://127.0.0.1:9/v1");
        var task = await host.Client.StartTaskAsync(await host.Client.MakeWorkspaceAsync(), new { kind = "ask", prompt = "?" });
        var events = await host.Client.ToEndAsync(task);
        Assert.Contains(events, happened => happened.Name == "turn.failed");
        var failed = await host.Client.TaskAsync(task);
        Assert.Equal(("failed", "The endpoint of model 'down' does not answer. Check that it runs, then resume."), (failed.GetProperty("state").GetString(), failed.GetProperty("error").GetString()));
        await host.Client.PostTaskAsync(task, "resume");
        await host.Client.ToEndAsync(task, events[^1].Id);
        Assert.Equal(2, (await host.Client.TaskAsync(task)).GetProperty("turns").GetInt32());
    }

    [Fact]
    public async Task Edit_IsLiveInTheWorkspace_AndUndoLeavesWhatOthersTyped()
    {
        await using var model = await ChatCompletionsServer.StartAsync(
            Reply.Call.Of("read_file", new { path = "a.txt" }), Reply.Call.Of("apply_edit", new { path = "a.txt", oldText = "two", newText = "TWO" }), new Reply.Say("done"));
        await using var host = await IdeHost.StartAsync(model.AsModel);
        var workspace = await host.Client.MakeWorkspaceAsync(("a.txt", "one\ntwo\nthree\nfour\nfive\n"));
        var task = await host.Client.StartTaskAsync(workspace, new { kind = "ask", prompt = "Louder" });
        await host.Client.ToEndAsync(task);
        Assert.Equal("one\nTWO\nthree\nfour\nfive\n", await host.Client.ReadFileAsync(workspace, "a.txt"));

        await host.Client.WriteFileAsync(workspace, "a.txt", "one\nTWO\nthree\nfour\nfive and mine\n");
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/tasks/{task}/diff");
        request.Headers.Add("Accept", "application/json");
        using var answer = await host.Client.SendAsync(request, Cancel);
        var hunk = Assert.Single((await answer.ReadAsync()).GetProperty("hunks").EnumerateArray());
        Assert.Equal(["-two", "+TWO"], hunk.GetProperty("lines").EnumerateArray().Select(line => line.GetString()!).Where(line => line[0] != ' '));

        var undone = await host.Client.PostTaskAsync(task, "changes", new { accept = "none" });
        Assert.Equal("rejected", Assert.Single(undone.GetProperty("hunks").EnumerateArray()).GetProperty("state").GetString());
        Assert.Equal("one\ntwo\nthree\nfour\nfive and mine\n", await host.Client.ReadFileAsync(workspace, "a.txt"));
    }

    [Fact]
    public async Task Changes_OneHunkAccepted_TheOtherIsTakenBack()
    {
        var lines = Enumerable.Range(1, 30).Select(i => $"line {i}").ToArray();
        await using var model = await ChatCompletionsServer.StartAsync(
            Reply.Call.Of("apply_patch", new { patch = "*** Begin Patch\n*** Update File: a.txt\n@@\n-line 2\n+LINE 2\n@@\n-line 25\n+LINE 25\n*** Add File: new.txt\n+fresh\n*** End Patch" }), new Reply.Say("done"));
        await using var host = await IdeHost.StartAsync(model.AsModel);
        var workspace = await host.Client.MakeWorkspaceAsync(("a.txt", string.Join('\n', lines) + "\n"));
        var task = await host.Client.StartTaskAsync(workspace, new { kind = "ask", prompt = "Louder" });
        await host.Client.ToEndAsync(task);
        var diff = await host.Client.GetStringAsync($"/api/v1/tasks/{task}/diff", Cancel);
        Assert.Contains("+++ b/new.txt\n@@ -0,0 +1 @@\n+fresh", diff, StringComparison.Ordinal);

        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/tasks/{task}/diff");
        request.Headers.Add("Accept", "application/json");
        using var answer = await host.Client.SendAsync(request, Cancel);
        var hunks = (await answer.ReadAsync()).GetProperty("hunks").EnumerateArray().ToList();
        Assert.Equal(3, hunks.Count);
        await host.Client.PostTaskAsync(task, "changes", new { accept = new[] { hunks[1].GetProperty("id").GetString() } });
        lines[24] = "LINE 25";
        Assert.Equal(string.Join('\n', lines) + "\n", await host.Client.ReadFileAsync(workspace, "a.txt"));
        using var gone = await host.Client.GetAsync($"/api/v1/workspaces/{workspace}/files/new.txt", Cancel);
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }

    [Fact]
    public async Task Changes_RejectOne_TheOthersWaitForTheirOwnDecision_AndUndoTakesAllBack()
    {
        var text = string.Join('\n', Enumerable.Range(1, 40).Select(i => $"line {i}")) + "\n";
        await using var model = await ChatCompletionsServer.StartAsync(
            Reply.Call.Of("apply_patch", new { patch = "*** Begin Patch\n*** Update File: a.txt\n@@\n-line 2\n+LINE 2\n@@\n-line 20\n+LINE 20\n@@\n-line 38\n+LINE 38\n*** End Patch" }), new Reply.Say("done"));
        await using var host = await IdeHost.StartAsync(model.AsModel);
        var workspace = await host.Client.MakeWorkspaceAsync(("a.txt", text));
        var task = await host.Client.StartTaskAsync(workspace, new { kind = "ask", prompt = "Louder" });
        await host.Client.ToEndAsync(task);
        var hunks = (await host.Client.PostTaskAsync(task, "changes", new { accept = Array.Empty<string>(), reject = Array.Empty<string>() })).GetProperty("hunks").EnumerateArray().ToList();
        Assert.Equal(["pending", "pending", "pending"], hunks.Select(hunk => hunk.GetProperty("state").GetString()));
        var ids = hunks.ConvertAll(hunk => hunk.GetProperty("id").GetString());

        var decided = await host.Client.PostTaskAsync(task, "changes", new { accept = new[] { ids[0] }, reject = new[] { ids[2] } });
        Assert.Equal(["accepted", "pending", "rejected"], decided.GetProperty("hunks").EnumerateArray().Select(hunk => hunk.GetProperty("state").GetString()));
        Assert.Equal(text.Replace("line 2\n", "LINE 2\n", StringComparison.Ordinal).Replace("line 20\n", "LINE 20\n", StringComparison.Ordinal), await host.Client.ReadFileAsync(workspace, "a.txt"));

        await host.Client.WriteFileAsync(workspace, "a.txt", "mine\n" + await host.Client.ReadFileAsync(workspace, "a.txt"));
        var undone = await host.Client.PostTaskAsync(task, "changes", new { accept = "none" });
        Assert.Equal(["rejected", "rejected", "rejected"], undone.GetProperty("hunks").EnumerateArray().Select(hunk => hunk.GetProperty("state").GetString()));
        Assert.Equal("mine\n" + text, await host.Client.ReadFileAsync(workspace, "a.txt"));
        using var both = await host.Client.PostAsJsonAsync($"/api/v1/tasks/{task}/changes", new { accept = "all", reject = new[] { ids[0] } }, Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, both.StatusCode);
    }

    [Fact]
    public async Task Pause_HoldsTheNextStep_UntilItIsResumed()
    {
        using var pace = new SemaphoreSlim(0);
        using var asked = new SemaphoreSlim(0);
        await using var model = await ChatCompletionsServer.StartAsync((_, i) =>
        {
            asked.Release();
            return i == 0 ? Wait(pace, Reply.Call.Of("list_files", new { })) : new Reply.Say("done");
        });
        await using var host = await IdeHost.StartAsync(model.AsModel);
        var task = await host.Client.StartTaskAsync(await host.Client.MakeWorkspaceAsync(("a.txt", "a")), new { kind = "ask", prompt = "?" });
        await asked.WaitAsync(Cancel);
        Assert.Equal("paused", (await host.Client.PostTaskAsync(task, "pause")).GetProperty("state").GetString());
        pace.Release();
        await host.Client.UntilAsync(task, happened => happened.Name == "item.completed" && happened.Data.GetProperty("type").GetString() == "commandExecution");
        Assert.Equal("paused", (await host.Client.TaskAsync(task)).GetProperty("state").GetString());
        Assert.Single(model.Requests);
        Assert.Equal("running", (await host.Client.PostTaskAsync(task, "resume")).GetProperty("state").GetString());
        await host.Client.ToEndAsync(task);
        Assert.Equal("done", (await host.Client.TaskAsync(task)).GetProperty("outcome").GetProperty("summary").GetString());
    }

    [Fact]
    public async Task Budget_SecondsEndWhileTheModelThinks_EndsTheThought()
    {
        await using var model = await ChatCompletionsServer.StartAsync(new Reply.Hang(new TaskCompletionSource(), new TaskCompletionSource()));
        await using var host = await IdeHost.StartAsync(model.AsModel);
        var task = await host.Client.StartTaskAsync(await host.Client.MakeWorkspaceAsync(), new { kind = "ask", prompt = "?", budget = new { seconds = 1 } });
        await host.Client.ToEndAsync(task);
        var outcome = (await host.Client.TaskAsync(task)).GetProperty("outcome");
        Assert.Equal("budgetSpent", outcome.GetProperty("kind").GetString());
        Assert.Contains("the budget of 1 seconds is spent", outcome.GetProperty("summary").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ask_OfflineModel_SaysWhatItCannotDo_AndTouchesNothing()
    {
        await using var host = await IdeHost.StartAsync();
        var workspace = await host.Client.MakeWorkspaceAsync(("m.py", "def f():\n    return 2\n"), ("test_m.py", "from m import f\n\n\ndef test_f():\n    assert f() == 1\n"));
        var task = await host.Client.StartTaskAsync(workspace, new { kind = "ask", prompt = "What does f do?" });
        await host.Client.ToEndAsync(task);
        Assert.Contains("I cannot answer questions", (await host.Client.TaskAsync(task)).GetProperty("outcome").GetProperty("summary").GetString(), StringComparison.Ordinal);
        Assert.Equal("def f():\n    return 2\n", await host.Client.ReadFileAsync(workspace, "m.py"));
    }

    [Fact]
    public async Task Fix_OfflineModelInReadOnly_SaysThatTheModeRunsNothing()
    {
        await using var host = await IdeHost.StartAsync();
        var task = await host.Client.StartTaskAsync(await host.Client.MakeWorkspaceAsync(("test_m.py", "def test_f():\n    assert 0\n")), new { kind = "fix", mode = "read-only" });
        await host.Client.ToEndAsync(task);
        Assert.Contains("The mode is read-only", (await host.Client.TaskAsync(task)).GetProperty("outcome").GetProperty("summary").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rewind_ToAnItem_TakesLaterEditsBack()
    {
        await using var model = await ChatCompletionsServer.StartAsync(
            Reply.Call.Of("write_file", new { path = "a.txt", content = "first\n" }), Reply.Call.Of("write_file", new { path = "a.txt", content = "second\n" }), new Reply.Say("done"));
        await using var host = await IdeHost.StartAsync(model.AsModel);
        var workspace = await host.Client.MakeWorkspaceAsync();
        var task = await host.Client.StartTaskAsync(workspace, new { kind = "ask", prompt = "Write" });
        var events = await host.Client.ToEndAsync(task);
        var edits = events.Where(happened => happened.Name == "item.completed" && happened.Data.GetProperty("type").GetString() == "fileChange").ToList();
        Assert.Equal("interrupted", (await host.Client.PostTaskAsync(task, "rewind", new { to = edits[0].Data.GetProperty("id").GetString() })).GetProperty("state").GetString());
        Assert.Equal("first\n", await host.Client.ReadFileAsync(workspace, "a.txt"));
    }

    [Fact]
    public async Task ReadOnly_ModelEdits_IsDeclinedAndTold()
    {
        await using var model = await ChatCompletionsServer.StartAsync(Reply.Call.Of("write_file", new { path = "a.txt", content = "x" }), new Reply.Say("I would write x"));
        await using var host = await IdeHost.StartAsync(model.AsModel);
        var workspace = await host.Client.MakeWorkspaceAsync();
        var task = await host.Client.StartTaskAsync(workspace, new { kind = "ask", prompt = "Write", mode = "read-only" });
        var events = await host.Client.ToEndAsync(task);
        Assert.Contains(events, happened => happened.Name == "item.completed" && happened.Data.GetProperty("status").GetString() == "declined");
        Assert.StartsWith("The mode is read-only", model.Requests.Last().LastResult.GetProperty("error").GetString(), StringComparison.Ordinal);
        using var gone = await host.Client.GetAsync($"/api/v1/workspaces/{workspace}/files/a.txt", Cancel);
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }

    [Fact]
    public async Task Person_EditsAFileThatWasRead_ModelIsToldBeforeItsNextStep()
    {
        using var pace = new SemaphoreSlim(0);
        await using var model = await ChatCompletionsServer.StartAsync((_, i) => i switch
        {
            0 => Reply.Call.Of("read_file", new { path = "a.txt" }),
            1 => new Reply.Call(("update_plan", new { steps = new[] { new { text = "look", status = "completed" } } })),
            2 => Wait(pace, new Reply.Call(("list_files", new { }))),
            _ => new Reply.Say("seen"),
        });
        await using var host = await IdeHost.StartAsync(model.AsModel);
        var workspace = await host.Client.MakeWorkspaceAsync(("a.txt", "one\n"));
        var task = await host.Client.StartTaskAsync(workspace, new { kind = "ask", prompt = "Look" });
        await host.Client.UntilAsync(task, happened => happened.Name == "item.completed" && happened.Data.GetProperty("type").GetString() == "plan");
        await host.Client.WriteFileAsync(workspace, "a.txt", "one and mine\n");
        pace.Release();
        await host.Client.ToEndAsync(task);
        Assert.Contains("+one and mine", model.Requests.Last().UserMessages[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task OtherTenant_SeesNothing()
    {
        await using var model = await ChatCompletionsServer.StartAsync(new Reply.Say("done"));
        await using var host = await IdeHost.StartAsync(model.AsModel);
        var task = await host.Client.StartTaskAsync(await host.Client.MakeWorkspaceAsync(), new { kind = "ask", prompt = "?" });
        await host.Client.ToEndAsync(task);
        foreach (var path in new[] { task, $"{task}/events", $"{task}/diff", "no-such", Guid.NewGuid().ToString("N") })
        {
            using var answer = await host.OtherClient.GetAsync($"/api/v1/tasks/{path}", Cancel);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }

        foreach (var call in new[] { "cancel", "resume", "pause" })
        {
            using var answer = await host.OtherClient.PostAsync($"/api/v1/tasks/{task}/{call}", null, Cancel);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }

        Assert.Equal("""{"items":[],"nextCursor":null}""", (await host.OtherClient.GetStringAsync("/api/v1/tasks", Cancel)).Replace("{\"items\":[]}", """{"items":[],"nextCursor":null}""", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Viewer_MayLook_ButNotSteer()
    {
        await using var model = await ChatCompletionsServer.StartAsync(new Reply.Say("done"));
        await using var host = await IdeHost.StartAsync(model.AsModel);
        var workspace = await host.Client.MakeWorkspaceAsync();
        var task = await host.Client.StartTaskAsync(workspace, new { kind = "ask", prompt = "?" });
        await host.Client.ToEndAsync(task);
        var (token, caller) = await host.AddMemberAsync("viewer@example.com", Role.Viewer);
        using (var added = await host.Client.PutAsJsonAsync($"/api/v1/workspaces/{workspace}/members/{caller.User}", new { role = "viewer" }, Cancel))
        {
            Assert.True(added.IsSuccessStatusCode);
        }

        using var viewer = host.ClientOf(token);
        Assert.Equal("completed", (await viewer.TaskAsync(task)).GetProperty("state").GetString());
        using var said = await viewer.PostAsJsonAsync($"/api/v1/tasks/{task}/messages", new { text = "more" }, Cancel);
        Assert.Equal(HttpStatusCode.Forbidden, said.StatusCode);
    }

    [Theory]
    [InlineData("""{"kind":"dance"}""", 400, "kind")]
    [InlineData("""{"kind":"ask"}""", 400, "prompt")]
    [InlineData("""{"kind":"fix","mode":"wild"}""", 400, "mode")]
    [InlineData("""{"kind":"fix","model":"none"}""", 422, "model")]
    [InlineData("""{"kind":"fix","budget":{"iterations":0}}""", 400, "budget")]
    [InlineData("""{}""", 400, "kind")]
    public async Task Create_Malformed_NamesTheField(string body, int status, string field)
    {
        await using var model = await ChatCompletionsServer.StartAsync(new Reply.Say("never"));
        await using var host = await IdeHost.StartAsync(model.AsModel);
        var workspace = await host.Client.MakeWorkspaceAsync();
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var answer = await host.Client.PostAsync($"/api/v1/workspaces/{workspace}/tasks", content, Cancel);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(field, (await answer.Content.ReadFromJsonAsync<System.Text.Json.JsonElement>(Cancel)).GetProperty("field").GetString());
    }

    [Fact]
    public async Task Killed_TaskIsInterrupted_AndResumes()
    {
        var (started, gone) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var model = await ChatCompletionsServer.StartAsync(new Reply.Hang(started, gone), new Reply.Say("after all"));
        using var data = new TempFolder();
        string task;
        long last;
        await using (var first = await IdeProcess.StartAsync(data.Path, null, model.AsModel))
        {
            task = await first.Client.StartTaskAsync(await first.Client.MakeWorkspaceAsync(), new { kind = "ask", prompt = "?" });
            await started.Task.WaitAsync(Cancel);
            last = (await first.Client.UntilAsync(task, happened => happened.Name == "item.started" && happened.Data.GetProperty("type").GetString() == "agentMessage")).Id;
            await first.KillAsync();
        }

        await using var second = await IdeProcess.StartAsync(data.Path, null, model.AsModel);
        Assert.Equal("interrupted", (await second.Client.TaskAsync(task)).GetProperty("state").GetString());
        await second.Client.PostTaskAsync(task, "resume");
        var rest = await second.Client.ToEndAsync(task, last);
        Assert.Equal(last + 1, rest[0].Id);
        Assert.Equal("after all", (await second.Client.TaskAsync(task)).GetProperty("outcome").GetProperty("summary").GetString());
    }

    internal static T Wait<T>(SemaphoreSlim pace, T call)
        where T : Reply
    {
        pace.Wait(Cancel);
        return call;
    }
}
