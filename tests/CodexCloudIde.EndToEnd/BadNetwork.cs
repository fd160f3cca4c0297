using System.Net;
using System.Net.Sockets;

namespace CodexCloudIde.EndToEnd;

/// <summary>A TCP proxy between a browser and the server: every piece is late, in its order; connections can be cut, and all of it can fall silent.</summary>
internal sealed class BadNetwork : IAsyncDisposable
{
    private const int LongestDelay = 40;

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource ending = new();
    private readonly Lock gate = new();
    private readonly List<CancellationTokenSource> connections = [];
    private readonly Random random;
    private readonly Uri server;
    private readonly Task accepting;
    private TaskCompletionSource? silence;

    public BadNetwork(Uri server, int seed)
    {
        (this.server, random) = (server, new Random(seed));
        listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        accepting = AcceptAsync();
    }

    public Uri Address { get; }

    /// <summary>Ends every connection, whatever is on its way.</summary>
    public void Cut()
    {
        List<CancellationTokenSource> open;
        lock (gate) open = [.. connections];
        open.ForEach(connection => connection.Cancel());
    }

    /// <summary>Nothing comes through, and nobody is told: as when a lid is closed.</summary>
    public void FallSilent()
    {
        lock (gate) silence ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public void Wake()
    {
        lock (gate)
        {
            silence?.SetResult();
            silence = null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        Wake();
        Cut();
        listener.Stop();
        await accepting;
        ending.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = CarryAsync(await listener.AcceptTcpClientAsync(ending.Token));
        }
        catch (Exception failure) when (failure is OperationCanceledException or SocketException)
        {
            // The end.
        }
    }

    private async Task CarryAsync(TcpClient browser)
    {
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(ending.Token);
        lock (gate) connections.Add(cut);
        using (browser)
        using (var upstream = new TcpClient())
        {
            try
            {
                await upstream.ConnectAsync(server.Host, server.Port, cut.Token);
                await Task.WhenAny(PumpAsync(browser.GetStream(), upstream.GetStream(), cut.Token), PumpAsync(upstream.GetStream(), browser.GetStream(), cut.Token));
            }
            catch (Exception failure) when (failure is OperationCanceledException or SocketException)
            {
                // Cut, or the server is not there.
            }
            finally
            {
                lock (gate) connections.Remove(cut);
            }

            // Both ways end together, and hard: what was on its way is lost.
            browser.LingerState = upstream.LingerState = new LingerOption(true, 0);
        }
    }

    private async Task PumpAsync(NetworkStream from, NetworkStream to, CancellationToken cut)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await from.ReadAsync(buffer, cut) is > 0 and var read)
            {
                Task? silent;
                int delay;
                lock (gate) (silent, delay) = (silence?.Task, random.Next(LongestDelay));
                if (silent is not null) await silent.WaitAsync(cut);
                await Task.Delay(delay, cut);
                await to.WriteAsync(buffer.AsMemory(0, read), cut);
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or IOException)
        {
            // Cut.
        }
    }
}
