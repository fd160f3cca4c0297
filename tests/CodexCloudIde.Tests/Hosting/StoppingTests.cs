using System.Net;
using CodexCloudIde.Api;
using CodexCloudIde.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
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
            begun.Signal();
            await using var heard = context.RequestAborted.UnsafeRegister(_ => cut.TrySetResult(), null);
            await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
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
        var upload = client.PostAsync("/upload", new StreamContent(new StalledStream()), TestContext.Current.CancellationToken);
        var work = client.GetAsync("/work", TestContext.Current.CancellationToken);
        await Task.Run(() => begun.Wait(TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);
        await app.StopAsync(TestContext.Current.CancellationToken);

        using var answer = await work;
        Assert.Equal((HttpStatusCode.OK, "done"), (answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)));
        await Assert.ThrowsAnyAsync<Exception>(() => upload);
    }

    /// <summary>Begins and never ends.</summary>
    private sealed class StalledStream : Stream
    {
        private bool begun;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (!begun)
            {
                begun = true;
                buffer.Span[0] = 1;
                return 1;
            }

            await Task.Delay(Timeout.Infinite, cancellationToken);
            return 0;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }
    }
}
