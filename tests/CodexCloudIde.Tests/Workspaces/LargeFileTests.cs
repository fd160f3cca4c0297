using System.Net;
using System.Security.Cryptography;
using CodexCloudIde.Tests.Hosting;
using CodexCloudIde.Workspaces;
using Microsoft.Extensions.DependencyInjection;

namespace CodexCloudIde.Tests.Workspaces;

/// <summary>Alone: it measures what the process allocates, and mounts a disk.</summary>
[CollectionDefinition(nameof(LargeFileTests), DisableParallelization = true)]
[Collection(nameof(LargeFileTests))]
public sealed class LargeFileTests
{
    private static CancellationToken Ending => TestContext.Current.CancellationToken;

    /// <summary>Bytes of a pattern, as many as asked for, none of them kept.</summary>
    private sealed class Patterned(long length) : Stream
    {
        private long position;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => length;

        public override long Position { get => position; set => throw new NotSupportedException(); }

        public override int Read(Span<byte> buffer)
        {
            var count = (int)Math.Min(buffer.Length, length - position);
            for (var i = 0; i < count; i++) buffer[i] = (byte)((position + i) * 31 >> 3);
            position += count;
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }

    private static async Task<HttpResponseMessage> PutAsync(WorkspaceClient workspace, string path, long length, bool stated = true)
    {
        var content = new StreamContent(new Patterned(length));
        if (stated) content.Headers.ContentLength = length;
        var request = new HttpRequestMessage(HttpMethod.Put, workspace.FileUrl(path)) { Content = content };
        if (!stated) request.Headers.TransferEncodingChunked = true;
        return await workspace.Http.SendAsync(request, Ending);
    }

    [Fact]
    public async Task PutAndGet_HundredMegabytes_RoundTripInFlatMemory()
    {
        const long length = 100L << 20;
        await using var host = await IdeHost.StartAsync();
        var workspace = await WorkspaceClient.CreateAsync(host);
        using var warm = await PutAsync(workspace, "warm.bin", 8 << 20);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        using var put = await PutAsync(workspace, "big.bin", length);
        Assert.Equal(HttpStatusCode.Created, put.StatusCode);
        await using var stream = await workspace.Http.GetStreamAsync(workspace.FileUrl("big.bin"), Ending);
        var hash = await SHA256.HashDataAsync(stream, Ending);
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        Assert.Equal(await SHA256.HashDataAsync(new Patterned(length), Ending), hash);
        // Server and client of this process together: buffers, not the file twice.
        Assert.InRange(allocated, 0, length);
        using var again = await PutAsync(workspace, "big.bin", length, stated: false);
        Assert.Equal(HttpStatusCode.NoContent, again.StatusCode);
        Assert.NotEqual(put.Headers.ETag, again.Headers.ETag);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Put_AboveTheLimit_Is413AndTheOldFileStays(bool stated)
    {
        await using var host = await IdeHost.StartAsync("--Ide:Workspaces:LargestFile=6000000");
        var workspace = await WorkspaceClient.CreateAsync(host);
        await workspace.WriteAsync("a.bin", "old");
        using var tooLarge = await PutAsync(workspace, "a.bin", 6_000_001, stated);
        Assert.Equal((413, "too-large"), await WorkspaceClient.ProblemAsync(tooLarge));
        Assert.Equal("old", await workspace.ReadTextAsync("a.bin"));
        using var fits = await PutAsync(workspace, "a.bin", 6_000_000, stated);
        Assert.Equal(HttpStatusCode.NoContent, fits.StatusCode);
    }

    [Fact]
    public async Task Put_AboveTheQuota_Is413AndDeletingMakesRoom()
    {
        await using var host = await IdeHost.StartAsync("--Ide:Workspaces:Quota=10000000");
        var workspace = await WorkspaceClient.CreateAsync(host);
        using var first = await PutAsync(workspace, "a.bin", 8_000_000);
        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        using var second = await PutAsync(workspace, "b.bin", 8_000_000, stated: false);
        Assert.Equal((413, "workspace-full"), await WorkspaceClient.ProblemAsync(second));
        var (status, body) = await workspace.PutArchiveAsync(new TarBuilder().File("c.txt", new string('x', 5_000_000)).Build());
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "workspace-full"), (status, body.GetProperty("type").GetString()));
        Assert.Equal(["a.bin"], await workspace.PathsAsync());
        using var deleted = await workspace.Http.DeleteAsync(workspace.FileUrl("a.bin"), Ending);
        using var third = await PutAsync(workspace, "b.bin", 8_000_000);
        Assert.Equal(HttpStatusCode.Created, third.StatusCode);
    }

    [Fact]
    public async Task Anything_DiskFull_Is507AndNothingIsHalfWritten()
    {
        await using var host = await IdeHost.StartAsync();
        var workspace = await WorkspaceClient.CreateAsync(host);
        var home = Path.GetDirectoryName(host.Services.GetRequiredService<WorkspaceFolder>().RootOf(new WorkspaceRef(host.Owner.Tenant, WorkspaceId.Parse(workspace.Id))))!;
        // A disk of its own and of 6 MiB for this workspace.
        await Shell.RunAsync("mount", "-t", "tmpfs", "-o", "size=6m,mode=755", "tmpfs", home);
        try
        {
            Directory.CreateDirectory(Path.Combine(home, "live"));
            Directory.CreateDirectory(Path.Combine(home, "staging"));
            await workspace.WriteAsync("small.txt", "old");
            using var full = await PutAsync(workspace, "big.bin", 20 << 20);
            Assert.Equal((507, "disk-full"), await WorkspaceClient.ProblemAsync(full));
            var (status, body) = await workspace.PutArchiveAsync(new TarBuilder().File("small.txt", "new").File("b.txt", new string('x', 7 << 20)).Build());
            Assert.Equal((507, "disk-full"), ((int)status, body.GetProperty("type").GetString()));
            Assert.Equal(["small.txt"], await workspace.PathsAsync());
            Assert.Equal("old", await workspace.ReadTextAsync("small.txt"));
            Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(home, "staging")));
            await workspace.WriteAsync("small.txt", "still works");
        }
        finally
        {
            await Shell.RunAsync("umount", "-l", home);
        }
    }

    [Fact]
    public async Task Put_ClientGoesAwayHalfway_LeavesTheOldFile()
    {
        await using var host = await IdeHost.StartAsync();
        var workspace = await WorkspaceClient.CreateAsync(host);
        await workspace.WriteAsync("a.bin", "old");
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(Ending);
        var started = new TaskCompletionSource();
        using var content = new StalledContent(started);
        var sending = SendAsync();
        await started.Task.WaitAsync(Ending);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        Assert.Equal("old", await workspace.ReadTextAsync("a.bin"));

        async Task SendAsync()
        {
            using var answer = await workspace.Http.PutAsync(workspace.FileUrl("a.bin"), content, gone.Token);
        }
    }

    /// <summary>Sends 6 MB and then nothing more.</summary>
    private sealed class StalledContent(TaskCompletionSource started) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, Ending);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await stream.WriteAsync(new byte[6_000_000], cancellationToken);
            await stream.FlushAsync(cancellationToken);
            started.SetResult();
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
