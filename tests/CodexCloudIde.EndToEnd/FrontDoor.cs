using System.Net;
using System.Net.Sockets;

namespace CodexCloudIde.EndToEnd;

/// <summary>What a load balancer is to a browser: one address, behind which a process answers, and another one when that is gone.</summary>
internal sealed class FrontDoor : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource closing = new();

    public FrontDoor(Uri behind)
    {
        Behind = behind;
        listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        _ = ServeAsync();
    }

    public Uri Address { get; }

    /// <summary>Who answers new connections.</summary>
    public Uri Behind { get; set; }

    public void Dispose()
    {
        closing.Cancel();
        listener.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true) _ = ConnectAsync(await listener.AcceptTcpClientAsync(closing.Token));
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The door is closed.
        }
    }

    private async Task ConnectAsync(TcpClient browser)
    {
        using var server = new TcpClient();
        try
        {
            await server.ConnectAsync(Behind.Host, Behind.Port, closing.Token);
            await Task.WhenAny(
                browser.GetStream().CopyToAsync(server.GetStream(), closing.Token), server.GetStream().CopyToAsync(browser.GetStream(), closing.Token));
        }
        catch (Exception gone) when (gone is IOException or SocketException or OperationCanceledException)
        {
            // Nobody behind it, or one side left.
        }
        finally
        {
            browser.Dispose();
        }
    }
}
