using System.Net;
using System.Net.Sockets;
using CodexCloudIde.Storage;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace CodexCloudIde.Hosting;

/// <summary>
/// The co-hosted Orleans silo. Alone by default: a cluster of one on a free loopback port, so that several installations on a machine do not
/// meet. Clients are co-hosted too, so there is no gateway port.
/// </summary>
internal static class Cluster
{
    public static void AddCluster(this IHostApplicationBuilder builder)
    {
        builder.Services.AddDataProtection().SetApplicationName("CodexCloudIde");
        builder.Services.AddOptions<KeyManagementOptions>().Configure<DataDirectory, ILoggerFactory>((options, data, loggers) =>
            options.XmlRepository = new FileSystemXmlRepository(new DirectoryInfo(data.Folder("keys", "data-protection")), loggers));
        builder.UseOrleans(silo =>
        {
            var port = FreePort();
            silo.UseLocalhostClustering(port, gatewayPort: 0, primarySiloEndpoint: new IPEndPoint(IPAddress.Loopback, port));
        });
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
