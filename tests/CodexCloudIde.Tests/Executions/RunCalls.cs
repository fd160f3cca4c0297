using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using CodexCloudIde.Tests.Hosting;

namespace CodexCloudIde.Tests.Executions;

/// <summary>The calls that these tests make again and again.</summary>
internal static class RunCalls
{
    public static async Task<string> NewWorkspaceAsync(this IdeHost host, params (string Path, string Text)[] files)
    {
        var response = await host.Client.PostAsJsonAsync("/api/v1/workspaces", new { name = "runs", source = new { template = "empty" } }, TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        var id = (string)(await response.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken))!["id"]!;
        foreach (var (path, text) in files)
        {
            (await host.Client.PutAsync($"/api/v1/workspaces/{id}/files/{path}", new StringContent(text), TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();
        }

        return id;
    }

    public static Task<JsonObject> ExecuteAsync(this IdeHost host, string workspace, object request) => host.PostAsync($"/api/v1/workspaces/{workspace}/executions", request);

    public static Task<JsonObject> TestAsync(this IdeHost host, string workspace, object request) => host.PostAsync($"/api/v1/workspaces/{workspace}/test-runs", request);

    /// <summary>A test run's cases by id.</summary>
    public static Dictionary<string, JsonNode> Cases(this JsonObject run) => run["cases"]!.AsArray().ToDictionary(found => (string)found!["id"]!, found => found!);

    /// <summary>Framework, status, and how many cases there are, passed, failed, were in error and skipped.</summary>
    public static (string Framework, string Status, int Total, int Passed, int Failed, int Errors, int Skipped) Counts(this JsonObject run) => (
        (string)run["framework"]!, (string)run["status"]!, (int)run["total"]!, (int)run["passed"]!, (int)run["failed"]!, (int)run["errors"]!, (int)run["skipped"]!);

    /// <summary>Where a case failed, as <c>path:line</c>, outermost first.</summary>
    public static IEnumerable<string> Frames(this JsonNode found) => found["frames"]!.AsArray().Select(frame => $"{frame!["path"]}:{frame["line"]}");

    public static async Task<IReadOnlyList<(string Event, JsonNode Data)>> StreamAsync(this IdeHost host, string path, object? request)
    {
        await using var stream = await host.OpenStreamAsync(path, request);
        var events = new List<(string, JsonNode)>();
        await foreach (var happened in stream.ReadAsync()) events.Add(happened);
        return events;
    }

    public static async Task<RunStream> OpenStreamAsync(this IdeHost host, string path, object? request)
    {
        var message = new HttpRequestMessage(request is null ? HttpMethod.Get : HttpMethod.Post, path);
        if (request is not null) message.Content = JsonContent.Create(request);
        message.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        var response = await host.Client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, response.ToString());
        return new RunStream(response);
    }

    private static async Task<JsonObject> PostAsync(this IdeHost host, string path, object request)
    {
        var response = await host.Client.PostAsJsonAsync(path, request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!.AsObject();
    }
}

/// <summary>A server-sent event stream under way.</summary>
internal sealed class RunStream(HttpResponseMessage response) : IAsyncDisposable
{
    public async IAsyncEnumerable<(string Event, JsonNode Data)> ReadAsync()
    {
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(), Encoding.UTF8);
        var (name, data) = ("", new StringBuilder());
        while (await reader.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("event: ", StringComparison.Ordinal)) name = line[7..];
            else if (line.StartsWith("data: ", StringComparison.Ordinal)) data.Append(line[6..]);
            else if (line.Length == 0 && data.Length > 0)
            {
                yield return (name, JsonNode.Parse(data.ToString())!);
                data.Clear();
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        response.Dispose();
        return ValueTask.CompletedTask;
    }
}
