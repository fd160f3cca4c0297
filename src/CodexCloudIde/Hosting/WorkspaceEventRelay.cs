using System.Text.Json;
using CodexCloudIde.Workspaces;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace CodexCloudIde.Hosting;

/// <summary>
/// Carries workspace events between the processes of a cluster by Redis. A process that lost touch with Redis for a while tells its subscribers afterwards that
/// anything may have changed, so that nobody keeps showing what is old.
/// </summary>
internal sealed partial class WorkspaceEventRelay(
    IConnectionMultiplexer redis, WorkspaceEvents events, IOptions<ClusterNodeOptions> node, ILogger<WorkspaceEventRelay> logger) : IHostedService
{
    private readonly Guid self = Guid.NewGuid();
    private readonly RedisChannel channel = RedisChannel.Literal($"codex-cloud-ide:{node.Value.Name}:workspace-events");

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        events.Published += Publish;
        redis.ConnectionRestored += Restored;
        await redis.GetSubscriber().SubscribeAsync(channel, (_, message) => Receive(message));
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        events.Published -= Publish;
        redis.ConnectionRestored -= Restored;
        await redis.GetSubscriber().UnsubscribeAsync(channel, flags: CommandFlags.FireAndForget);
    }

    private void Publish(WorkspaceRef workspace, WorkspaceEvent happened) => redis.GetSubscriber().Publish(
        channel, JsonSerializer.SerializeToUtf8Bytes(new Envelope(self, workspace, happened)), CommandFlags.FireAndForget);

    private void Restored(object? sender, ConnectionFailedEventArgs restored)
    {
        if (restored.ConnectionType == ConnectionType.Subscription) events.DeliverToAll(WorkspaceEvent.TreeChanged(""));
    }

    private void Receive(RedisValue message)
    {
        try
        {
            if (message.IsNull || JsonSerializer.Deserialize<Envelope>((byte[])message!) is not { } envelope || envelope.From == self) return;
            events.Deliver(envelope.Workspace, envelope.Happened);
        }
        catch (JsonException exception)
        {
            // A process of another version: its events do not arrive here, everything else goes on.
            LogUnreadable(exception);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A workspace event of another process cannot be read")]
    private partial void LogUnreadable(Exception exception);

    private sealed record Envelope(Guid From, WorkspaceRef Workspace, WorkspaceEvent Happened);
}
