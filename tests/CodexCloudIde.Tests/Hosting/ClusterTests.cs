using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using CodexCloudIde.Hosting;

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
    public async Task Start_AfterBothWereKilled_ServesAgainUnderASupervisor()
    {
        using var data = new TempFolder();
        await using var redis = await RedisServer.StartAsync();
        await using (var one = await StartAsync(data, redis, probeSeconds: 1))
        await using (var two = await StartAsync(data, redis, probeSeconds: 1))
        {
            await Task.WhenAll(one.KillAsync(), two.KillAsync());
        }

        // Within seconds of the kill the table still holds the dead for alive, and a start that cannot reach them ends with that message: it is started once more.
        IdeProcess? again = null;
        await Eventually.Async(
            async () =>
            {
                try
                {
                    again = await StartAsync(data, redis, probeSeconds: 1);
                    return true;
                }
                catch (InvalidOperationException)
                {
                    return false;
                }
            },
            "a start succeeds",
            TimeSpan.FromMinutes(3));
        await using var running = again!;
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(running.Client));
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
