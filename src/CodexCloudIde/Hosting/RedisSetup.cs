using CodexCloudIde.Api;
using Microsoft.AspNetCore.SignalR;
using StackExchange.Redis;

namespace CodexCloudIde.Hosting;

/// <summary>What the processes of a cluster share by Redis beside Orleans' membership: keys and events. Nothing that must not be lost lies there alone.</summary>
internal static class RedisSetup
{
    public static ConfigurationOptions Parse(string configuration)
    {
        var options = ConfigurationOptions.Parse(configuration);
        // Away at the start or later: it keeps trying, and /readyz says so.
        options.AbortOnConnectFail = false;
        options.ClientName ??= "codex-cloud-ide";
        return options;
    }

    public static void AddRedis(this IHostApplicationBuilder builder, string configuration)
    {
        builder.Services.AddSingleton<IConnectionMultiplexer>(_ => ConnectionMultiplexer.Connect(Parse(configuration)));
        builder.Services.AddSignalR().AddStackExchangeRedis(backplane =>
        {
            backplane.Configuration = Parse(configuration);
            backplane.Configuration.ChannelPrefix = RedisChannel.Literal("codex-cloud-ide");
        });
        builder.Services.AddSingleton(typeof(HubLifetimeManager<>), typeof(Backplane<>));
        builder.Services.AddSingleton<IReadinessCheck, RedisReadiness>();
        builder.Services.AddHostedService<WorkspaceEventRelay>();
    }

    private sealed class RedisReadiness(IConnectionMultiplexer redis) : IReadinessCheck
    {
        // Less than /readyz waits: away is degraded, not "cannot serve".
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

        public string Name => "redis";

        public async Task<Readiness> CheckAsync(CancellationToken cancellationToken)
        {
            try
            {
                var took = await redis.GetDatabase().PingAsync().WaitAsync(Patience, cancellationToken);
                return new Readiness(Name, Readiness.Ready, $"Answers in {took.TotalMilliseconds:F1} ms.");
            }
            catch (Exception exception) when (exception is RedisException or TimeoutException)
            {
                return new Readiness(
                    Name, Readiness.Degraded, "Does not answer: events do not reach the other processes and none can join until it does. Check Ide:Redis and the server.");
            }
        }
    }
}
