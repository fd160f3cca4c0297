using System.Net;
using CodexCloudIde.Tests.Hosting;
using CodexCloudIde.Tests.Models;

namespace CodexCloudIde.Tests.Agents;

/// <summary>The phone's pages as a browser without scripts uses them.</summary>
public sealed class PhoneTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Forms_StartDenyAndCancel_WorkWithoutScript()
    {
        await using var model = await ChatCompletionsServer.StartAsync(
            Reply.Call.Of("run_command", new { command = new[] { "echo", "<script>alert(1)</script>" }, writeBack = true }), new Reply.Say("Then not."));
        await using var host = await IdeHost.StartAsync(model.AsModel);
        var workspace = await host.Client.MakeWorkspaceAsync(("a.txt", "a"));
        using var phone = await Browser.SignedInAsync(host.Address, IdeHost.OwnerEmail, IdeHost.OwnerPassword);

        using var started = await phone.SubmitAsync("/m/workspaces", $"/m/workspaces/{workspace}/tasks", new() { ["kind"] = "ask", ["prompt"] = "Make <b>it</b>" });
        Assert.Equal(HttpStatusCode.Redirect, started.StatusCode);
        var page = started.Headers.Location!.OriginalString;
        var task = page.Split('/')[^1];
        var asked = await host.Client.UntilAsync(task, happened => happened.Name == "approval.requested");

        var approvals = await phone.Client.GetStringAsync("/m/approvals", Cancel);
        Assert.Contains("&lt;script&gt;alert(1)", approvals, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>alert(1)", approvals, StringComparison.Ordinal);
        var approval = asked.Data.GetProperty("id").GetString()!;
        using var denied = await phone.SubmitAsync(
            "/m/approvals", $"/m/tasks/{task}/approvals/{approval}", new() { ["decision"] = "deny", ["actionHash"] = asked.Data.GetProperty("actionHash").GetString()! });
        Assert.Equal(page, denied.Headers.Location!.OriginalString);
        await host.Client.ToEndAsync(task);

        var shown = await phone.Client.GetStringAsync(page, Cancel);
        Assert.Contains("Then not.", shown, StringComparison.Ordinal);
        Assert.Contains("Make &lt;b&gt;it&lt;/b&gt;", shown, StringComparison.Ordinal);
        Assert.Contains("data-state=\"completed\"", await phone.Client.GetStringAsync("/m", Cancel), StringComparison.Ordinal);
        using var late = await phone.SubmitAsync(page, $"/m/tasks/{task}/messages", new() { ["text"] = "and now" });
        await host.Client.UntilAsync(task, happened => happened.Name == "turn.started" && happened.Data.GetProperty("number").GetInt32() == 2);
    }

    [Fact]
    public async Task Diff_KeepAndTakeBack_DecideOneChangeEach()
    {
        await using var model = await ChatCompletionsServer.StartAsync(
            Reply.Call.Of("write_file", new { path = "a.txt", content = "A\n" }), Reply.Call.Of("write_file", new { path = "b.txt", content = "B\n" }), new Reply.Say("done"));
        await using var host = await IdeHost.StartAsync(model.AsModel);
        var workspace = await host.Client.MakeWorkspaceAsync(("a.txt", "a\n"), ("b.txt", "b\n"));
        var task = await host.Client.StartTaskAsync(workspace, new { kind = "ask", prompt = "Louder" });
        await host.Client.ToEndAsync(task);
        var ids = (await host.Client.PostTaskAsync(task, "changes", new { reject = Array.Empty<string>() })).GetProperty("hunks").EnumerateArray().Select(hunk => hunk.GetProperty("id").GetString()!).ToList();
        using var phone = await Browser.SignedInAsync(host.Address, IdeHost.OwnerEmail, IdeHost.OwnerPassword);
        using var back = await phone.SubmitAsync($"/m/tasks/{task}/diff", $"/m/tasks/{task}/changes", new() { ["reject"] = ids[0] });
        Assert.Equal($"/m/tasks/{task}/diff", back.Headers.Location!.OriginalString);
        Assert.Equal(("a\n", "B\n"), (await host.Client.ReadFileAsync(workspace, "a.txt"), await host.Client.ReadFileAsync(workspace, "b.txt")));
        Assert.Contains("Undecided", await phone.Client.GetStringAsync($"/m/tasks/{task}/diff", Cancel), StringComparison.Ordinal);
        using var kept = await phone.SubmitAsync($"/m/tasks/{task}/diff", $"/m/tasks/{task}/changes", new() { ["keep"] = ids[1] });
        Assert.Contains("Accepted", await phone.Client.GetStringAsync($"/m/tasks/{task}/diff", Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Form_WithoutAntiforgeryToken_IsRefused()
    {
        await using var model = await ChatCompletionsServer.StartAsync(new Reply.Say("never"));
        await using var host = await IdeHost.StartAsync(model.AsModel);
        var workspace = await host.Client.MakeWorkspaceAsync();
        using var phone = await Browser.SignedInAsync(host.Address, IdeHost.OwnerEmail, IdeHost.OwnerPassword);
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["kind"] = "fix" });
        using var answer = await phone.Client.PostAsync($"/m/workspaces/{workspace}/tasks", form, Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Empty(model.Requests);
    }

    [Fact]
    public async Task Pages_SignedOut_LeadToSignIn()
    {
        await using var host = await IdeHost.StartAsync();
        using var nobody = new Browser(host.Address);
        foreach (var path in new[] { "/m", "/m/approvals", "/m/workspaces", "/m/me", $"/m/tasks/{Guid.NewGuid():N}" })
        {
            using var answer = await nobody.Client.GetAsync(path, Cancel);
            Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        }
    }
}
