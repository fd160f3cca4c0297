using System.Net;
using System.Net.Sockets;
using System.Text;
using CodexCloudIde.Api;
using CodexCloudIde.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CodexCloudIde.Tests.Hosting;

/// <summary>What the server's end does with requests that are still under way.</summary>
public sealed class StoppingTests
{
    [Fact]
    public async Task Stop_WithAnUploadThatStallsAndAnAnswerInTheMaking_CutsTheOneAndGivesTheOther()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.AddStopping();
        await using var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.UseStopping();
        using var begun = new CountdownEvent(2);
        var cut = new TaskCompletionSource();
        app.MapPost("/upload", async (HttpContext context) =>
        {
            // Kestrel may end a read by itself when it stops: this one does not read what does not come.
            await using var heard = context.RequestAborted.UnsafeRegister(_ => cut.TrySetResult(), null);
            begun.Signal();
            await cut.Task.WaitAsync(TestContext.Current.CancellationToken);
        });
        app.MapGet("/work", async (HttpContext context) =>
        {
            OpenRequest.AwaitOwnWork(context);
            begun.Signal();
            // Ready only after everything that waits for its client was cut off.
            await cut.Task.WaitAsync(TestContext.Current.CancellationToken);
            return "done";
        });
        await app.StartAsync(TestContext.Current.CancellationToken);

        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()), Timeout = Timeout.InfiniteTimeSpan };
        using var upload = new TcpClient();
        await upload.ConnectAsync(client.BaseAddress.Host, client.BaseAddress.Port, TestContext.Current.CancellationToken);
        await upload.Client.SendAsync(Encoding.ASCII.GetBytes($"POST /upload HTTP/1.1\r\nHost: {client.BaseAddress.Authority}\r\nContent-Length: 100\r\n\r\nhalf"), TestContext.Current.CancellationToken);
        var work = client.GetAsync("/work", TestContext.Current.CancellationToken);
        await Task.Run(() => begun.Wait(TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);
        await app.StopAsync(TestContext.Current.CancellationToken);

        using var answer = await work;
        Assert.Equal((HttpStatusCode.OK, "done"), (answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)));
        Assert.True(cut.Task.IsCompletedSuccessfully);
    }
}
