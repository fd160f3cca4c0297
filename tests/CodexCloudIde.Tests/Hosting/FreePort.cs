using System.Net;
using System.Net.Sockets;

namespace CodexCloudIde.Tests.Hosting;

internal static class FreePort
{
    /// <summary>One that nobody listens on right now, on the loopback address.</summary>
    public static int Next()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
