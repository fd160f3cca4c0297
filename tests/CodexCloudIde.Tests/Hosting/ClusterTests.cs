using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;
using CodexCloudIde.Documents;
using CodexCloudIde.Hosting;
using CodexCloudIde.Tests.Agents;
using CodexCloudIde.Tests.Documents;
using Microsoft.AspNetCore.SignalR.Client;

namespace CodexCloudIde.Tests.Hosting;

/// <summary>Two real processes on one data directory and one real redis-server.</summary>
public sealed class ClusterTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Start_TwoAtOnceOnAnEmptyDirectory_AreOneInstallation()
    {
        using var data = new TempFolder();
        await using var redis = await RedisServer.StartAsync();
        var both = await Task.WhenAll(StartAsync(data, redis), StartAsync(data, redis));
        await using var one = both[0];
        await using var two = both[1];

        using var made = await one.Client.PostAsJsonAsync("/api/v1/tokens", new { name = "roaming", scopes = new[] { "read" } }, Cancellation);
        var token = await made.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        using var roaming = new HttpClient { BaseAddress = two.Address };
        roaming.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token.GetProperty("token").GetString());
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(roaming));
        using var revoked = await one.Client.DeleteAsync($"/api/v1/tokens/{token.GetProperty("id").GetString()}", Cancellation);
        Assert.Equal(HttpStatusCode.NoContent, revoked.StatusCode);
        await Eventually.Async(async () => await StatusAsync(roaming) == HttpStatusCode.Unauthorized, "the other process refuses the revoked token");

        var ready = await two.Client.GetFromJsonAsync<JsonElement>("/readyz", Cancellation);
        var check = ready.GetProperty("checks").EnumerateArray().Single(item => item.GetProperty("name").GetString() == "redis");
        Assert.Equal("ready", check.GetProperty("status").GetString());
    }

    [Fact]
    public async Task Browser_SignedInAtOne_IsSignedInAtTheOtherAndHearsItsEvents()
    {
        using var data = new TempFolder();
        await using var redis = await RedisServer.StartAsync();
        await using var one = await StartAsync(data, redis);
        await using var two = await StartAsync(data, redis);
        using var browser = await Browser.SignedInAsync(one.Address, IdeHost.OwnerEmail, IdeHost.OwnerPassword);
        using var elsewhere = new Browser(two.Address);
        elsewhere.Cookies.Add(browser.Cookies.GetCookies(one.Address));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(elsewhere.Client));

        using var made = await one.Client.PostAsJsonAsync("/api/v1/workspaces", new { name = "shared", source = new { template = "empty" } }, Cancellation);
        var workspace = (await made.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("id").GetString();
        using var asked = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/workspaces/{workspace}/events") { Headers = { Accept = { new("text/event-stream") } } };
        using var stream = await elsewhere.Client.SendAsync(asked, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        Assert.Equal(HttpStatusCode.OK, stream.StatusCode);
        using var lines = new StreamReader(await stream.Content.ReadAsStreamAsync(Cancellation));
        using var content = new StringContent("hello");
        using var put = await one.Client.PutAsync($"/api/v1/workspaces/{workspace}/files/greeting.txt", content, Cancellation);
        Assert.True(put.IsSuccessStatusCode);
        Assert.Contains("greeting.txt", await LineAsync(lines, "data:"), StringComparison.Ordinal);

        // Signing out at one ends what is open at the other.
        using var left = await browser.SubmitAsync("/account", "/sign-out", []);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(TimeSpan.FromMinutes(1));
        while (await lines.ReadLineAsync(patience.Token) is not null)
        {
        }

        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(elsewhere.Client));
    }

    [Fact]
    public async Task Start_RightAfterBothWereKilled_Serves()
    {
        using var data = new TempFolder();
        await using var redis = await RedisServer.StartAsync();
        await using (var one = await StartAsync(data, redis))
        await using (var two = await StartAsync(data, redis))
        {
            await Task.WhenAll(one.KillAsync(), two.KillAsync());
        }

        // Redis still holds both for alive; nobody is there to declare them dead.
        await using var again = await StartAsync(data, redis);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(again.Client));
        var workspace = await again.Client.NewWorkspaceAsync();
        await again.Client.PutAsync(workspace, "a.txt", []);
        await using var client = await HubClient.OpenAsync(HubOf(again), workspace, "a.txt");
        Assert.Null((await client.AppendAsync(0, "alive")).Error);
    }

    [Fact]
    public async Task Redis_GoneAndBackEmpty_EditingGoesOnAndTheOthersAreHeardAgain()
    {
        using var data = new TempFolder();
        await using var redis = await RedisServer.StartAsync();
        await using var one = await StartAsync(data, redis);
        await using var two = await StartAsync(data, redis);
        var workspace = await one.Client.NewWorkspaceAsync();
        await one.Client.PutAsync(workspace, "a.txt", []);
        await using var here = await HubClient.OpenAsync(HubOf(one), workspace, "a.txt");
        await using var there = await HubClient.OpenAsync(HubOf(two), workspace, "a.txt");

        await redis.StopAsync();
        Assert.Null((await here.AppendAsync(0, "without ")).Error);
        await there.CatchUpAsync(here.Revision);
        Assert.Null((await there.AppendAsync(8, "Redis ")).Error);
        await using (var newcomer = await HubClient.OpenAsync(HubOf(two), workspace, "a.txt"))
        {
            Assert.Equal("without Redis ", newcomer.Text);
        }

        Assert.Equal("degraded", (await one.Client.GetFromJsonAsync<JsonElement>("/readyz", Cancellation)).GetProperty("status").GetString());

        await redis.StartAgainAsync();
        await Eventually.Async(async () => (await one.Client.GetFromJsonAsync<JsonElement>("/readyz", Cancellation)).GetProperty("status").GetString() == "ready", "Redis is used again");
        await Eventually.Async(async () => await redis.AliveAsync() == 2, "both are in the table again, where a newcomer finds them");
        await Eventually.Async(async () => await redis.SubscribersAsync("codex-cloud-ide:codex-cloud-ide:workspace-events") == 2, "both listen to each other again");
        using var asked = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/workspaces/{workspace}/events") { Headers = { Accept = { new("text/event-stream") } } };
        using var stream = await two.Client.SendAsync(asked, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        using var lines = new StreamReader(await stream.Content.ReadAsStreamAsync(Cancellation));
        await one.Client.PutAsync(workspace, "heard.txt", []);
        await HearAsync(lines, "heard.txt");
    }

    [Fact]
    public async Task OneDocumentAndOneTask_AtTwoProcesses_AreTheSame()
    {
        using var data = new TempFolder();
        await using var redis = await RedisServer.StartAsync();
        await using var one = await StartAsync(data, redis);
        await using var two = await StartAsync(data, redis);
        var workspace = await one.Client.NewWorkspaceAsync();
        await one.Client.PutAsync(workspace, "a.txt", "text"u8.ToArray());
        await using var here = await HubClient.OpenAsync(HubOf(one), workspace, "a.txt");
        await using var there = await HubClient.OpenAsync(HubOf(two), workspace, "a.txt");

        // Presence and edits.
        await here.SetCursorAsync(new CursorRange(2, 2));
        Assert.Equal(new CursorRange(2, 2), Assert.Single((await there.Cursors.Task.WaitAsync(TimeSpan.FromMinutes(1), Cancellation)).Ranges));
        await there.TypeAsync(0, "more ");
        await here.CatchUpAsync(there.Revision);
        Assert.Equal("more text", here.Text);

        // A task of the one, followed and cancelled at the other.
        var task = await one.Client.StartTaskAsync(workspace, new { kind = "fix" });
        await two.Client.PostTaskAsync(task, "cancel");
        Assert.Equal("thread.completed", (await two.Client.ToEndAsync(task))[^1].Name);
        Assert.Equal((await one.Client.ToEndAsync(task)).Select(happened => (happened.Id, happened.Name)), (await two.Client.ToEndAsync(task)).Select(happened => (happened.Id, happened.Name)));

        // What a shell at the one writes is heard at the other.
        using var asked = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/workspaces/{workspace}/events") { Headers = { Accept = { new("text/event-stream") } } };
        using var stream = await one.Client.SendAsync(asked, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        using var lines = new StreamReader(await stream.Content.ReadAsStreamAsync(Cancellation));
        await using var shell = HubOf(two, "/hubs/terminals");
        await shell.StartAsync(Cancellation);
        var terminal = (await shell.InvokeAsync<JsonElement>("Open", new { workspaceId = workspace, columns = 80, rows = 24 }, Cancellation)).GetProperty("terminalId").GetString();
        await shell.InvokeAsync("Input", new { terminalId = terminal, bytes = "echo x > from-the-shell.txt\n"u8.ToArray() }, Cancellation);
        await HearAsync(lines, "from-the-shell.txt");
    }

    [Fact]
    public async Task OneRun_CancelledAtTheOtherProcess_EndsOrItSaysThatItCannot()
    {
        using var data = new TempFolder();
        await using var redis = await RedisServer.StartAsync();
        await using var one = await StartAsync(data, redis);
        await using var two = await StartAsync(data, redis);
        var workspace = await one.Client.NewWorkspaceAsync();
        using var own = await FollowAsync(one, HttpMethod.Post, $"/api/v1/workspaces/{workspace}/executions", Waits);
        await using var events = EventsOf(own);
        var run = IdOf(await NextAsync(events));
        using var cancelled = await two.Client.PostAsync($"/api/v1/executions/{run}/cancel", null, Cancellation);
        Assert.Equal(HttpStatusCode.Accepted, cancelled.StatusCode);
        var result = JsonDocument.Parse((await LastAsync(events)).Data).RootElement;
        Assert.Equal("cancelled", result.GetProperty("reason").GetString());
        using var over = await two.Client.PostAsync($"/api/v1/executions/{run}/cancel", null, Cancellation);
        Assert.Equal(HttpStatusCode.Accepted, over.StatusCode);

        // One whose process is gone, which the other does not know yet.
        using var lost = await FollowAsync(one, HttpMethod.Post, $"/api/v1/workspaces/{workspace}/executions", Waits);
        await using var begun = EventsOf(lost);
        var orphan = IdOf(await NextAsync(begun));
        await one.KillAsync();
        using var refused = await two.Client.PostAsync($"/api/v1/executions/{orphan}/cancel", null, Cancellation);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "run-unreachable"), (refused.StatusCode, (await refused.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("type").GetString()));
    }

    [Fact]
    public async Task OneRun_FollowedAtTheOtherProcess_IsTheSameWhileItRuns()
    {
        using var data = new TempFolder();
        await using var redis = await RedisServer.StartAsync();
        await using var one = await StartAsync(data, redis);
        await using var two = await StartAsync(data, redis);
        var workspace = await one.Client.NewWorkspaceAsync();
        using var own = await FollowAsync(one, HttpMethod.Post, $"/api/v1/workspaces/{workspace}/executions", Waits);
        await using var here = EventsOf(own);
        var told = new List<SseItem<string>>();
        while (told.Count(item => item.EventType is "stdout" or "stderr") < 2) told.Add(await NextAsync(here));
        var run = IdOf(told[0]);

        // From the beginning, and from where somebody was.
        using var other = await FollowAsync(two, HttpMethod.Get, $"/api/v1/executions/{run}/events");
        await using var there = EventsOf(other);
        foreach (var item in told) Assert.Equal(item, await NextAsync(there));
        using var resumed = await FollowAsync(two, HttpMethod.Get, $"/api/v1/executions/{run}/events", after: told[^2].EventId);
        await using var late = EventsOf(resumed);
        Assert.Equal(told[^1], await NextAsync(late));

        using var cancelled = await one.Client.PostAsync($"/api/v1/executions/{run}/cancel", null, Cancellation);
        var ends = new[] { await LastAsync(here), await LastAsync(there), await LastAsync(late) };
        Assert.Equal(["result", "result", "result"], ends.Select(end => end.EventType));
        Assert.Single(ends.Select(end => (end.EventId, end.Data)).Distinct());
    }

    [Fact]
    public async Task Silo_FindsItselfDead_EndsItsProcessWithAMessage()
    {
        using var data = new TempFolder();
        await using var redis = await RedisServer.StartAsync();
        await using var survivor = await StartAsync(data, redis, probeSeconds: 2);
        await using var paused = await StartAsync(data, redis, probeSeconds: 2);
        await paused.SignalAsync("STOP");
        await Eventually.Async(async () => await redis.DeadAsync() == 1, "the survivor declares the other one dead", TimeSpan.FromMinutes(3));
        await paused.SignalAsync("CONT");
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(TimeSpan.FromMinutes(3));
        Assert.Equal(DeadSilo.ExitCode, await paused.EndedAsync(patience.Token));
        Assert.Contains("no longer part of the cluster", paused.Output, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(survivor.Client));
    }

    // Where no process is to be held for dead, a machine that is busy with other tests must not make it so.
    private static Task<IdeProcess> StartAsync(TempFolder data, RedisServer redis, int probeSeconds = 30) =>
        IdeProcess.StartAsync(data.Path, null, $"--Ide:Redis={redis.Configuration}", $"--Ide:Cluster:ProbeSeconds={probeSeconds}");

    private static HubConnection HubOf(IdeProcess process, string hub = "/hubs/documents") => new HubConnectionBuilder().WithUrl(
        new Uri(process.Address, hub), options => options.AccessTokenProvider = () => Task.FromResult<string?>(IdeHost.OwnerToken)).Build();

    /// <summary>Prints something and then waits to be cancelled.</summary>
    private static object Waits => new { command = new[] { "sh", "-c", "echo begun; echo bad >&2; exec sleep 600" }, limits = new { idleSeconds = 300, wallSeconds = 600 } };

    private static string IdOf(SseItem<string> started) => JsonDocument.Parse(started.Data).RootElement.GetProperty("id").GetString()!;

    private static async Task<HttpResponseMessage> FollowAsync(IdeProcess process, HttpMethod method, string path, object? body = null, string? after = null)
    {
        using var asked = new HttpRequestMessage(method, path) { Headers = { Accept = { new("text/event-stream") } } };
        if (body is not null) asked.Content = JsonContent.Create(body);
        if (after is not null) asked.Headers.Add("Last-Event-ID", after);
        var answer = await process.Client.SendAsync(asked, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        return answer.EnsureSuccessStatusCode();
    }

    private static IAsyncEnumerator<SseItem<string>> EventsOf(HttpResponseMessage answer) =>
        SseParser.Create(answer.Content.ReadAsStream(Cancellation)).EnumerateAsync(Cancellation).Where(item => item.EventType != "usage").GetAsyncEnumerator(Cancellation);

    private static async Task<SseItem<string>> NextAsync(IAsyncEnumerator<SseItem<string>> events)
    {
        Assert.True(await events.MoveNextAsync(), "It ended.");
        return events.Current;
    }

    private static async Task<SseItem<string>> LastAsync(IAsyncEnumerator<SseItem<string>> events)
    {
        var last = events.Current;
        while (await events.MoveNextAsync()) last = events.Current;
        return last;
    }

    private static async Task HearAsync(StreamReader lines, string text)
    {
        await Heard().WaitAsync(TimeSpan.FromMinutes(1), Cancellation);

        async Task Heard()
        {
            string line;
            while (!(line = await LineAsync(lines, "data:")).Contains(text, StringComparison.Ordinal)) Assert.NotEqual("(ended)", line);
        }
    }

    private static async Task<string> LineAsync(StreamReader lines, string prefix)
    {
        while (await lines.ReadLineAsync(Cancellation) is { } line)
        {
            if (line.StartsWith(prefix, StringComparison.Ordinal)) return line;
        }

        return "(ended)";
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client)
    {
        using var answer = await client.GetAsync("/api/v1/tokens", Cancellation);
        return answer.StatusCode;
    }
}
