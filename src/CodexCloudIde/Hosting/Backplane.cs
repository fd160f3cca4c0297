using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.StackExchangeRedis;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace CodexCloudIde.Hosting;

/// <summary>
/// SignalR's backplane, which must not keep anybody from editing: what documents and terminals send goes to connections of this process only, so a browser is let in
/// although Redis is away. Its subscription follows when Redis is back.
/// </summary>
internal sealed partial class Backplane<THub> : RedisHubLifetimeManager<THub>
    where THub : Hub
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly ILogger log;

    public Backplane(
        ILogger<RedisHubLifetimeManager<THub>> logger, IOptions<RedisOptions> options, IHubProtocolResolver protocols, IOptions<HubOptions> all, IOptions<HubOptions<THub>> own)
        : base(logger, options, protocols, all, own) => log = logger;

    public override Task OnConnectedAsync(HubConnectionContext connection) => WithoutWaitingAsync(base.OnConnectedAsync(connection));

    public override Task OnDisconnectedAsync(HubConnectionContext connection) => WithoutWaitingAsync(base.OnDisconnectedAsync(connection));

    private async Task WithoutWaitingAsync(Task told)
    {
        try
        {
            await told.WaitAsync(Patience);
        }
        catch (Exception away) when (away is TimeoutException or RedisException)
        {
            LogAway(log, away);
            _ = told.ContinueWith(static late => late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Redis does not answer: a connection comes or goes without the backplane")]
    private static partial void LogAway(ILogger logger, Exception exception);
}
