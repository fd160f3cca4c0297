using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CodexCloudIde.Tests.Models;

/// <summary>A real HTTP server that speaks Chat Completions, streamed and whole, driven by a script: the n-th request gets the n-th reply.</summary>
internal sealed class ChatCompletionsServer : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly Func<Asked, int, Reply> script;
    private int requests;

    private ChatCompletionsServer(WebApplication app, Func<Asked, int, Reply> script) => (this.app, this.script) = (app, script);

    public ConcurrentQueue<Asked> Requests { get; } = new();

    public string Endpoint { get; private set; } = "";

    /// <summary>Arguments that configure it as the only model, named <c>scripted</c>.</summary>
    public string[] AsModel => ["--Ide:Models:0:Name=scripted", "--Ide:Models:0:Kind=openai", $"--Ide:Models:0:Endpoint={Endpoint}", "--Ide:Models:0:Model=engine", "--Ide:Models:0:PriceOut=1000000"];

    public static Task<ChatCompletionsServer> StartAsync(params Reply[] replies) => StartAsync((_, i) => replies[Math.Min(i, replies.Length - 1)]);

    public static async Task<ChatCompletionsServer> StartAsync(Func<Asked, int, Reply> script)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var server = new ChatCompletionsServer(app, script);
        app.MapPost("/v1/chat/completions", server.AnswerAsync);
        app.MapPost("/v1/embeddings", server.EmbedAsync);
        await app.StartAsync();
        server.Endpoint = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First() + "/v1";
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await app.StopAsync(soon.Token);
        await app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext http)
    {
        var asked = new Asked((await JsonDocument.ParseAsync(http.Request.Body)).RootElement.Clone());
        Requests.Enqueue(asked);
        var reply = script(asked, Interlocked.Increment(ref requests) - 1);
        if (reply is Reply.Status status)
        {
            http.Response.StatusCode = status.Code;
            await http.Response.WriteAsJsonAsync(new { error = new { message = "scripted", type = "server_error" } });
            return;
        }

        if (!asked.Body.TryGetProperty("stream", out var stream) || !stream.GetBoolean())
        {
            var words = string.Concat(((Reply.Say)reply).Words);
            await http.Response.WriteAsJsonAsync(new
            {
                id = "c", @object = "chat.completion", created = 1, model = "engine", usage = Usage,
                choices = new[] { new { index = 0, finish_reason = "stop", message = new { role = "assistant", content = words } } },
            });
            return;
        }

        http.Response.ContentType = "text/event-stream";
        await StreamAsync(http, reply);
    }

    private async Task EmbedAsync(HttpContext http)
    {
        var asked = new Asked((await JsonDocument.ParseAsync(http.Request.Body)).RootElement.Clone());
        Requests.Enqueue(asked);
        var texts = asked.Body.GetProperty("input") is { ValueKind: JsonValueKind.Array } list ? list.GetArrayLength() : 1;
        await http.Response.WriteAsJsonAsync(new
        {
            @object = "list", model = "engine", usage = new { prompt_tokens = 7, total_tokens = 7 },
            data = Enumerable.Range(0, texts).Select(index => new { @object = "embedding", index, embedding = (double[])[0.5, index] }),
        });
    }

    private static object Usage => new { prompt_tokens = 100, completion_tokens = 10, total_tokens = 110 };

    private static async Task StreamAsync(HttpContext http, Reply reply)
    {
        switch (reply)
        {
            case Reply.Say say:
                await WordsAsync(http, say.Words);
                await EndAsync(http, "stop");
                break;
            case Reply.Slowly slowly:
                foreach (var word in slowly.Words)
                {
                    await slowly.Pace.WaitAsync(http.RequestAborted);
                    await WordsAsync(http, [word]);
                }

                await EndAsync(http, "stop");
                break;
            case Reply.Call call:
                for (var i = 0; i < call.Calls.Length; i++)
                {
                    await CallAsync(http, i, call.Calls[i].Name, JsonSerializer.Serialize(call.Calls[i].Arguments));
                }

                await EndAsync(http, "tool_calls");
                break;
            case Reply.Malformed:
                await WordsAsync(http, ["good"]);
                await SendAsync(http, "{\"choices\":[{\"delta\":");
                break;
            case Reply.Disconnect cut:
                await WordsAsync(http, cut.Words);
                await cut.Heard.WaitAsync(http.RequestAborted);
                http.Abort();
                break;
            case Reply.Hang hang:
                await WordsAsync(http, ["…"]);
                hang.Started.TrySetResult();
                try
                {
                    await Task.Delay(Timeout.Infinite, http.RequestAborted);
                }
                catch (OperationCanceledException)
                {
                    hang.Gone.TrySetResult();
                }

                break;
        }
    }

    private static async Task WordsAsync(HttpContext http, IEnumerable<string> words)
    {
        foreach (var word in words)
        {
            await ChunkAsync(http, new { role = "assistant", content = word }, null);
        }
    }

    private static async Task CallAsync(HttpContext http, int index, string name, string arguments)
    {
        await ChunkAsync(http, new { tool_calls = new[] { new { index, id = $"call_{Guid.NewGuid():N}", type = "function", function = new { name, arguments = "" } } } }, null);
        foreach (var piece in arguments.Chunk(40))
        {
            await ChunkAsync(http, new { tool_calls = new[] { new { index, function = new { arguments = new string(piece) } } } }, null);
        }
    }

    private static async Task EndAsync(HttpContext http, string reason)
    {
        await ChunkAsync(http, new { }, reason);
        await SendAsync(http, JsonSerializer.Serialize(new { id = "c", @object = "chat.completion.chunk", created = 1, model = "engine", choices = Array.Empty<object>(), usage = Usage }));
        await SendAsync(http, "[DONE]");
    }

    private static Task ChunkAsync(HttpContext http, object delta, string? finish) => SendAsync(http, JsonSerializer.Serialize(new
    {
        id = "c", @object = "chat.completion.chunk", created = 1, model = "engine", choices = new[] { new { index = 0, delta, finish_reason = finish } },
    }));

    private static async Task SendAsync(HttpContext http, string data)
    {
        await http.Response.WriteAsync($"data: {data}\n\n", http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
    }
}
