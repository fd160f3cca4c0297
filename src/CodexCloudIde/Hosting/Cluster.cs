using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Configuration;
using StackExchange.Redis;

namespace CodexCloudIde.Hosting;

/// <summary>
/// The co-hosted Orleans silo. Alone by default: a cluster of one on a free loopback port, so that several installations on a machine do not
/// meet. With <c>Ide:Redis</c> the processes that name the same Redis form one cluster. Clients are co-hosted too, so there is no gateway port.
/// </summary>
internal static class Cluster
{
    public static void AddCluster(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<ClusterNodeOptions>().BindConfiguration("Ide:Cluster").ValidateDataAnnotations().ValidateOnStart();
        builder.AddKeyRing();
        var redis = builder.Configuration["Ide:Redis"];
        var node = builder.Configuration.GetSection("Ide:Cluster").Get<ClusterNodeOptions>() ?? new ClusterNodeOptions();
        if (string.IsNullOrEmpty(redis))
        {
            builder.UseOrleans(Alone);
            return;
        }

        builder.AddRedis(redis);
        builder.Services.AddHostedService<FallenMembers>();
        builder.UseOrleans(silo => Together(silo, node, RedisSetup.Parse(redis)));
        builder.Services.AddHostedService<MemberRows>();
        builder.Services.Replace(ServiceDescriptor.Singleton<IFatalErrorHandler, DeadSilo>());
    }

    private static void Alone(ISiloBuilder silo)
    {
        var port = FreePort(IPAddress.Loopback);
        silo.UseLocalhostClustering(port, gatewayPort: 0, primarySiloEndpoint: new IPEndPoint(IPAddress.Loopback, port));
    }

    private static void Together(ISiloBuilder silo, ClusterNodeOptions node, ConfigurationOptions redis)
    {
        silo.Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (node.Name, node.Name));
        var address = node.Address.Length > 0 ? IPAddress.Parse(node.Address) : OwnAddress(redis);
        silo.ConfigureEndpoints(address, node.Port > 0 ? node.Port : FreePort(address), gatewayPort: 0, listenOnAnyHostAddress: false);
        silo.UseRedisClustering(options => options.ConfigurationOptions = redis);

        // By default a killed process is out after two missed probes of a second, where the defaults take sixteen seconds and more.
        silo.Configure<ClusterMembershipOptions>(options =>
        {
            options.ProbeTimeout = TimeSpan.FromSeconds(node.ProbeSeconds);
            options.NumMissedProbesLimit = 2;
            options.NumVotesForDeathDeclaration = 1;
            options.TableRefreshTimeout = TimeSpan.FromSeconds(5);

            // What all processes' sudden end left in the table does not hold up the next start (see FallenMembers for those that can be told at once).
            options.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(3);
            options.NumMissedTableIAmAliveLimit = 2;

            // A silo that has not joined by then is taken for dead, also by itself: a machine that is busy starting is not.
            options.MaxJoinAttemptTime = TimeSpan.FromMinutes(2);
            options.DefunctSiloExpiration = TimeSpan.FromHours(1);
        });
        silo.Configure<SiloMessagingOptions>(options => options.ResponseTimeout = TimeSpan.FromSeconds(20));
    }

    private static IPAddress OwnAddress(ConfigurationOptions redis)
    {
        var onLoopback = redis.EndPoints.All(endpoint => endpoint is IPEndPoint { Address: var address } ? IPAddress.IsLoopback(address)
            : endpoint is DnsEndPoint { Host: "localhost" });
        if (onLoopback) return IPAddress.Loopback;
        return NetworkInterface.GetAllNetworkInterfaces()
            .Where(network => network.OperationalStatus == OperationalStatus.Up && network.NetworkInterfaceType != NetworkInterfaceType.Loopback)
            .SelectMany(network => network.GetIPProperties().UnicastAddresses)
            .Select(unicast => unicast.Address)
            .FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork) ?? IPAddress.Loopback;
    }

    private static int FreePort(IPAddress address)
    {
        using var listener = new TcpListener(address, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
