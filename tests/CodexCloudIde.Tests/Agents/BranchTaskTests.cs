using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using CodexCloudIde.Tests.Hosting;
using CodexCloudIde.Tests.Models;

namespace CodexCloudIde.Tests.Agents;

/// <summary>Tasks that work in a checkout of their own, and how what they did comes to the live one.</summary>
public sealed class BranchTaskTests
{
    private const string Text = "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\nten\neleven\ntwelve\n";

    private static readonly Reply[] Louder =
    [
        Reply.Call.Of("apply_edit", new { path = "a.txt", oldText = "two", newText = "TWO" }), Reply.Call.Of("apply_edit", new { path = "a.txt", oldText = "eleven", newText = "ELEVEN" }),
        Reply.Call.Of("write_file", new { path = "new.txt", content = "fresh\n" }), Reply.Call.Of("delete_file", new { path = "old.txt" }), new Reply.Say("done"),
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Accept_All_LandsAndLeavesWhatOthersTypedMeanwhile()
    {
        await using var model = await ChatCompletionsServer.StartAsync(Louder);
        await using var host = await IdeHost.StartAsync(model.AsModel);
        var (workspace, task) = await RunAsync(host);
        Assert.Equal(Text, await host.Client.ReadFileAsync(workspace, "a.txt"));
        Assert.Equal(task, (await host.Client.TaskAsync(task)).GetProperty("checkout").GetString());
        await host.Client.WriteFileAsync(workspace, "a.txt", Text.Replace("five", "five and mine", StringComparison.Ordinal));

        await host.Client.PostTaskAsync(task, "changes", new { accept = "all" });
        Assert.Equal(Text.Replace("two", "TWO", StringComparison.Ordinal).Replace("eleven", "ELEVEN", StringComparison.Ordinal).Replace("five", "five and mine", StringComparison.Ordinal), await host.Client.ReadFileAsync(workspace, "a.txt"));
        Assert.Equal("fresh\n", await host.Client.ReadFileAsync(workspace, "new.txt"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(host, workspace, "old.txt"));

        // Undo takes what landed back out of the live checkout.
        await host.Client.PostTaskAsync(task, "changes", new { accept = "none" });
        Assert.Equal(Text.Replace("five", "five and mine", StringComparison.Ordinal), await host.Client.ReadFileAsync(workspace, "a.txt"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(host, workspace, "new.txt"));
        Assert.Equal("old\n", await host.Client.ReadFileAsync(workspace, "old.txt"));
    }

    [Fact]
    public async Task Accept_OneHunk_LandsThatHunkOnly()
    {
        await using var model = await ChatCompletionsServer.StartAsync(Louder);
        await using var host = await IdeHost.StartAsync(model.AsModel);
        var (workspace, task) = await RunAsync(host);
        var hunks = await HunksAsync(host, task);
        await host.Client.PostTaskAsync(task, "changes", new { accept = new[] { IdOf(hunks, "+ELEVEN") }, reject = new[] { IdOf(hunks, "+TWO") } });
        Assert.Equal(Text.Replace("eleven", "ELEVEN", StringComparison.Ordinal), await host.Client.ReadFileAsync(workspace, "a.txt"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(host, workspace, "new.txt"));
        var states = (await HunksAsync(host, task)).ToDictionary(hunk => hunk.GetProperty("path").GetString() + hunk.GetProperty("state").GetString(), _ => true);
        Assert.Equal(["a.txtaccepted", "a.txtrejected", "new.txtpending", "old.txtpending"], states.Keys.Order());
    }

    [Fact]
    public async Task Accept_SameLinesChangedMeanwhile_IsAConflictAndLandsNothing()
    {
        await using var model = await ChatCompletionsServer.StartAsync(Louder);
        await using var host = await IdeHost.StartAsync(model.AsModel);
        var (workspace, task) = await RunAsync(host);
        var theirs = Text.Replace("two", "zwei", StringComparison.Ordinal);
        await host.Client.WriteFileAsync(workspace, "a.txt", theirs);
        using var answer = await host.Client.PostAsJsonAsync($"/api/v1/tasks/{task}/changes", new { accept = "all" }, Cancel);
        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        Assert.Contains("a.txt", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        Assert.Equal(theirs, await host.Client.ReadFileAsync(workspace, "a.txt"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(host, workspace, "new.txt"));
    }

    [Fact]
    public async Task Fork_AtAnItem_HasACheckoutAsItWasThere()
    {
        await using var model = await ChatCompletionsServer.StartAsync(Louder);
        await using var host = await IdeHost.StartAsync(model.AsModel);
        var (workspace, task) = await RunAsync(host);
        var first = (await host.Client.ToEndAsync(task)).First(happened => happened.Name == "item.completed" && happened.Data.GetProperty("type").GetString() == "fileChange");
        var fork = (await host.Client.PostTaskAsync(task, "fork", new { at = first.Data.GetProperty("id").GetString() })).GetProperty("id").GetString()!;
        await host.Client.PostTaskAsync(fork, "changes", new { accept = "all" });
        Assert.Equal(Text.Replace("two", "TWO", StringComparison.Ordinal), await host.Client.ReadFileAsync(workspace, "a.txt"));
        Assert.Equal("old\n", await host.Client.ReadFileAsync(workspace, "old.txt"));
        Assert.Equal(4, (await HunksAsync(host, task)).Count);
    }

    private static async Task<(string Workspace, string Task)> RunAsync(IdeHost host)
    {
        var workspace = await host.Client.MakeWorkspaceAsync(("a.txt", Text), ("old.txt", "old\n"));
        var task = await host.Client.StartTaskAsync(workspace, new { kind = "ask", prompt = "Louder", checkout = "branch" });
        await host.Client.ToEndAsync(task);
        Assert.Equal("completed", (await host.Client.TaskAsync(task)).GetProperty("state").GetString());
        return (workspace, task);
    }

    private static async Task<List<JsonElement>> HunksAsync(IdeHost host, string task)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/tasks/{task}/diff");
        request.Headers.Add("Accept", "application/json");
        using var answer = await host.Client.SendAsync(request, Cancel);
        return [.. (await answer.ReadAsync()).GetProperty("hunks").EnumerateArray()];
    }

    private static string IdOf(List<JsonElement> hunks, string line) =>
        hunks.First(hunk => hunk.GetProperty("lines").EnumerateArray().Any(one => one.GetString() == line)).GetProperty("id").GetString()!;

    private static async Task<HttpStatusCode> StatusAsync(IdeHost host, string workspace, string path)
    {
        using var answer = await host.Client.GetAsync($"/api/v1/workspaces/{workspace}/files/{path}", Cancel);
        return answer.StatusCode;
    }
}
