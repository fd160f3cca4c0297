using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace CodexCloudIde.Tests.Agents;

/// <summary>One event of a task's stream.</summary>
internal sealed record Happened(long Id, string Name, JsonElement Data);

/// <summary>Workspaces and tasks as an outside client uses them.</summary>
internal static class TaskCalls
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<string> MakeWorkspaceAsync(this HttpClient client, params (string Path, string Text)[] files)
    {
        using var made = await client.PostAsJsonAsync("/api/v1/workspaces", new { name = "work", source = new { template = "empty" } }, Cancel);
        var id = (await made.ReadAsync()).GetProperty("id").GetString()!;
        foreach (var (path, text) in files)
        {
            await client.WriteFileAsync(id, path, text);
        }

        return id;
    }

    public static async Task WriteFileAsync(this HttpClient client, string workspace, string path, string text)
    {
        using var content = new StringContent(text);
        using var put = await client.PutAsync($"/api/v1/workspaces/{workspace}/files/{path}", content, Cancel);
        Assert.True(put.IsSuccessStatusCode, await put.Content.ReadAsStringAsync(Cancel));
    }

    public static Task<string> ReadFileAsync(this HttpClient client, string workspace, string path) =>
        client.GetStringAsync($"/api/v1/workspaces/{workspace}/files/{path}", Cancel);

    public static async Task<string> StartTaskAsync(this HttpClient client, string workspace, object request)
    {
        using var made = await client.PostAsJsonAsync($"/api/v1/workspaces/{workspace}/tasks", request, Cancel);
        var task = await made.ReadAsync();
        Assert.Equal($"/api/v1/tasks/{task.GetProperty("id").GetString()}", made.Headers.Location!.OriginalString);
        return task.GetProperty("id").GetString()!;
    }

    public static async Task<JsonElement> TaskAsync(this HttpClient client, string task)
    {
        using var answer = await client.GetAsync($"/api/v1/tasks/{task}", Cancel);
        return await answer.ReadAsync();
    }

    public static async Task<JsonElement> PostTaskAsync(this HttpClient client, string task, string call, object? body = null)
    {
        using var answer = await client.PostAsJsonAsync($"/api/v1/tasks/{task}/{call}", body ?? new { }, Cancel);
        return await answer.ReadAsync();
    }

    public static async Task<JsonElement> ReadAsync(this HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.True(answer.IsSuccessStatusCode, $"{(int)answer.StatusCode}: {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    /// <summary>The stream from after <paramref name="after"/> to its end.</summary>
    public static async IAsyncEnumerable<Happened> EventsAsync(
        this HttpClient client, string task, long after = 0, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/tasks/{task}/events");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        if (after > 0)
        {
            request.Headers.Add("Last-Event-ID", after.ToString());
        }

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, Cancel);
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ending.Token);
        Assert.True(answer.IsSuccessStatusCode, $"{(int)answer.StatusCode}");
        await using var stream = await answer.Content.ReadAsStreamAsync(ending.Token);
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(ending.Token))
        {
            yield return new Happened(long.Parse(item.EventId!), item.EventType, JsonDocument.Parse(item.Data).RootElement);
        }
    }

    public static async Task<List<Happened>> ToEndAsync(this HttpClient client, string task, long after = 0)
    {
        var events = new List<Happened>();
        await foreach (var happened in client.EventsAsync(task, after))
        {
            events.Add(happened);
        }

        return events;
    }

    /// <summary>Reads until an event fits.</summary>
    public static async Task<Happened> UntilAsync(this HttpClient client, string task, Func<Happened, bool> fits)
    {
        await foreach (var happened in client.EventsAsync(task))
        {
            if (fits(happened))
            {
                return happened;
            }
        }

        throw new InvalidOperationException("The stream ended without it.");
    }
}
