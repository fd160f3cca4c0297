using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using CodexCloudIde.Tests.Hosting;
using Microsoft.AspNetCore.SignalR.Client;

namespace CodexCloudIde.EndToEnd;

/// <summary>What programs do with a server while browsers use it: the API and the hubs, as an outside client would.</summary>
internal static class Server
{
    private static CancellationToken Ending => TestContext.Current.CancellationToken;

    public static async Task<string> NewWorkspaceAsync(this HttpClient client, string template)
    {
        using var made = await client.PostAsJsonAsync("/api/v1/workspaces", new { name = template, source = new { template } }, Ending);
        return (await ReadAsync(made)).GetProperty("id").GetString()!;
    }

    public static async Task WriteAsync(this HttpClient client, string workspace, string path, string text)
    {
        using var content = new StringContent(text);
        using var put = await client.PutAsync($"/api/v1/workspaces/{workspace}/files/{path}", content, Ending);
        put.EnsureSuccessStatusCode();
    }

    public static async Task<JsonElement> PostAsync(this HttpClient client, string path, object? body = null)
    {
        using var answer = await client.PostAsJsonAsync(path, body ?? new { }, Ending);
        return await ReadAsync(answer);
    }

    public static async Task<JsonElement> ReadAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync(Ending);
        Assert.True(answer.IsSuccessStatusCode, $"{(int)answer.StatusCode} {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    /// <summary>An event stream that has begun.</summary>
    public static async Task<StreamReader> StreamAsync(this HttpClient client, HttpMethod method, string path, object? body = null)
    {
        var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Ending);
        answer.EnsureSuccessStatusCode();
        return new StreamReader(await answer.Content.ReadAsStreamAsync(Ending));
    }

    /// <summary>Reads lines until one has the text; whether there was one.</summary>
    public static async Task<bool> UntilAsync(this StreamReader lines, string text)
    {
        while (await lines.ReadLineAsync(Ending) is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal)) return true;
        }

        return false;
    }

    /// <summary>Whatever comes until the server ends it, by closing or by dying.</summary>
    public static async Task ToEndAsync(this StreamReader lines)
    {
        try
        {
            while (await lines.ReadLineAsync(Ending) is not null)
            {
            }
        }
        catch (IOException)
        {
            // Cut off.
        }
    }

    public static async Task<HubConnection> HubAsync(this IdeProcess ide, string path)
    {
        var hub = new HubConnectionBuilder().WithUrl(new Uri(ide.Address, path), options => options.AccessTokenProvider = () => Task.FromResult<string?>(IdeHost.OwnerToken)).Build();
        await hub.StartAsync(Ending);
        return hub;
    }

    /// <summary>A shell that runs a program without end in a sandbox; returns when it runs.</summary>
    public static async Task<HubConnection> TerminalAsync(this IdeProcess ide, string workspace)
    {
        var terminal = await ide.HubAsync("/hubs/terminals");
        var running = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var seen = "";
        terminal.On<JsonElement>("Output", output =>
        {
            seen += System.Text.Encoding.UTF8.GetString(output.GetProperty("bytes").GetBytesFromBase64());
            if (seen.Contains("running-now", StringComparison.Ordinal)) running.TrySetResult();
        });
        var opened = await terminal.InvokeAsync<JsonElement>("Open", new { workspaceId = workspace, columns = 80, rows = 24 }, Ending);
        var typed = Convert.ToBase64String("echo runn''ing-now; exec sleep 100000\n"u8.ToArray());
        await terminal.InvokeAsync("Input", new { terminalId = opened.GetProperty("terminalId").GetString(), bytes = typed }, Ending);
        await running.Task.WaitAsync(TimeSpan.FromMinutes(2), Ending);
        return terminal;
    }

    /// <summary>Text, revision and hash of a document as the server has it.</summary>
    public static async Task<(string Text, string Hash)> DocumentAsync(this IdeProcess ide, string workspace, string path)
    {
        await using var hub = await ide.HubAsync("/hubs/documents");
        var opened = await hub.InvokeAsync<JsonElement>("Open", new { workspaceId = workspace, path }, Ending);
        return (opened.GetProperty("text").GetString()!, opened.GetProperty("hash").GetString()!);
    }
}
