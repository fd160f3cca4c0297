using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;
using CodexCloudIde.Executions.Running;
using CodexCloudIde.Tests.Documents;
using CodexCloudIde.Tests.Hosting;

namespace CodexCloudIde.Tests.Executions;

/// <summary>Whoever comes back with the id of the last event is told the rest, once.</summary>
public sealed class RunResumptionTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Events_AfterARestart_GoOnWhereTheClientWas()
    {
        using var data = new TempFolder();
        string workspace, path;
        List<SseItem<string>> told;
        await using (var before = await IdeProcess.StartAsync(data.Path))
        {
            workspace = await before.Client.NewWorkspaceAsync();
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/workspaces/{workspace}/executions")
            {
                Content = JsonContent.Create(new { command = new[] { "sh", "-c", "echo one; echo first >&2; sleep 0.3; echo two; sleep 0.3; echo second >&2; echo three" } }),
            };
            told = await ReadAsync(before.Client, request);
            path = $"/api/v1/executions/{Field(told[0], "id")}/events";
            foreach (var (index, happened) in told.Index()) Assert.Equal(told.Skip(index + 1), await ResumeAsync(before.Client, path, happened.EventId));
        }

        await using var after = await IdeProcess.StartAsync(data.Path);
        foreach (var (index, happened) in told.Index())
        {
            var rest = await ResumeAsync(after.Client, path, happened.EventId);
            Assert.Equal(Output(told.Skip(index + 1), "stdout"), Output(rest, "stdout"));
            Assert.Equal(Output(told.Skip(index + 1), "stderr"), Output(rest, "stderr"));
            Assert.DoesNotContain(rest, item => item.EventType == "started" || told.Take(index + 1).Any(known => known.EventId == item.EventId));
            Assert.Equal(told.Skip(index + 1).Count(item => item.EventType == "result"), rest.Count(item => item.EventType == "result"));
        }

        // From the disk itself, too.
        var whole = await ResumeAsync(after.Client, path, null);
        Assert.Equal(["started", "stdout", "stderr", "result"], whole.Select(item => item.EventType));
        foreach (var (index, happened) in whole.Index()) Assert.Equal(whole.Skip(index + 1), await ResumeAsync(after.Client, path, happened.EventId));
    }

    [Fact]
    public async Task Log_ToldFromTheDiskInBetween_TellsNoOutputTwice()
    {
        var log = new RunLog();
        log.Append("started", new { id = "x" });
        var output = new OutputCapture(log);
        output.Wrote(Sandboxing.OutputStream.Stdout, "one"u8);
        output.Wrote(Sandboxing.OutputStream.Stderr, "bad"u8);
        output.Labelled(Sandboxing.SandboxLabel.DiskFull);
        output.Wrote(Sandboxing.OutputStream.Stdout, "two"u8);
        log.End("result", new { });
        Assert.Equal(["bad", "two"], await TextsAsync("2-3-0-0"));
        Assert.Equal(["bad"], await TextsAsync("1-6-0-0"));
        Assert.Equal([], await TextsAsync("1-6-3-1"));
        Assert.Equal(["one", "bad", "two"], await TextsAsync("nonsense"));
        Assert.Empty(await log.ReadAsync(RunPosition.Parse("end"), Cancellation).ToListAsync(Cancellation));

        async Task<IEnumerable<string>> TextsAsync(string id) => (await log.ReadAsync(RunPosition.Parse(id), Cancellation).ToListAsync(Cancellation))
            .Where(happened => happened.Name is "stdout" or "stderr").Select(happened => JsonDocument.Parse(happened.Data).RootElement.GetProperty("text").GetString()!);
    }

    private static async Task<List<SseItem<string>>> ResumeAsync(HttpClient client, string path, string? after)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (after is not null) request.Headers.Add("Last-Event-ID", after);
        return await ReadAsync(client, request);
    }

    private static async Task<List<SseItem<string>>> ReadAsync(HttpClient client, HttpRequestMessage request)
    {
        request.Headers.Accept.Add(new("text/event-stream"));
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        answer.EnsureSuccessStatusCode();
        await using var stream = await answer.Content.ReadAsStreamAsync(Cancellation);
        return await SseParser.Create(stream).EnumerateAsync(Cancellation).ToListAsync(Cancellation);
    }

    private static string Output(IEnumerable<SseItem<string>> events, string name) => string.Concat(events.Where(item => item.EventType == name).Select(item => Field(item, "text")));

    private static string Field(SseItem<string> item, string name) => JsonDocument.Parse(item.Data).RootElement.GetProperty(name).GetString()!;
}
