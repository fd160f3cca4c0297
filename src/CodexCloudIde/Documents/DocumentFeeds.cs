using System.Collections.Concurrent;
using CodexCloudIde.Api;
using CodexCloudIde.Tenants;

namespace CodexCloudIde.Documents;

/// <summary>The documents that connections of this process have open, one <see cref="DocumentFeed"/> each.</summary>
internal sealed partial class DocumentFeeds(
    DocumentCalls calls, IGrainFactory grains, DocumentAudience audience, TimeProvider time, ILogger<DocumentFeeds> logger) : BackgroundService
{
    /// <summary>How long an idle reader may miss what a new writer on another node publishes.</summary>
    private static readonly TimeSpan Renewal = TimeSpan.FromSeconds(2);

    /// <summary>Not all at one moment: of a thousand documents those who type would feel it.</summary>
    private const int Turns = 20;

    /// <summary>Where the next reader of a path joins. Of two documents that had one path after the other it is the later.</summary>
    private readonly ConcurrentDictionary<DocumentKey, DocumentFeed> feeds = new();

    /// <summary>All of them.</summary>
    private readonly ConcurrentDictionary<IDocumentObserver, DocumentFeed> here = new();
    private int turns;

    /// <summary>From now on the connection hears of the document.</summary>
    public async Task<Outcome<DocumentFeed>> JoinAsync(DocumentKey key, string connection, CancellationToken cancellationToken)
    {
        DocumentFeed feed;
        lock (feeds)
        {
            if (!feeds.TryGetValue(key, out feed!) || feed.IsGone || feed.Key != key)
            {
                feed = new DocumentFeed(key, calls, audience) { Turn = turns++ % Turns };
                feed.Reference = grains.CreateObjectReference<IDocumentObserver>(feed);
                feeds[key] = here[feed.Reference] = feed;
            }

            feed.Add(connection);
        }

        if (await feed.WatchAsync(cancellationToken) is not { } refusal) return feed;
        await LeaveAsync(feed, connection);
        return refusal;
    }

    /// <summary>The feed itself where it is one of this process: a writer beside it calls it, and spares a message on the way to each.</summary>
    public IDocumentObserver NearestOf(IDocumentObserver reference) => here.TryGetValue(reference, out var feed) ? feed : reference;

    /// <summary>UTF-16 units of everything that a tenant has open here.</summary>
    public long UnitsOf(TenantId tenant) => here.Values.Where(feed => feed.Key.Workspace.Tenant == tenant).Sum(feed => feed.Units);

    public async Task LeaveAsync(DocumentFeed feed, string connection)
    {
        lock (feeds)
        {
            feed.Remove(connection);
            if (!feed.IsEmpty) return;
            here.TryRemove(feed.Reference, out _);
            foreach (var (key, other) in feeds)
            {
                if (ReferenceEquals(feed, other)) feeds.TryRemove(new KeyValuePair<DocumentKey, DocumentFeed>(key, feed));
            }
        }

        try
        {
            if (!feed.IsGone) await calls.Of(feed.Key).UnwatchAsync(feed.Reference);
        }
        catch (Exception exception) when (DocumentCalls.IsOutage(exception))
        {
            // The writer drops a watcher that does not renew.
            LogUnwatched(feed.DocumentId, exception);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Renewal / Turns, time);
        try
        {
            for (var turn = 0; await timer.WaitForNextTickAsync(stoppingToken); turn = (turn + 1) % Turns)
            {
                await Task.WhenAll(here.Values.Where(feed => feed.Turn == turn && !feed.IsGone).Select(feed => RenewAsync(feed, stoppingToken)));
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    private async Task RenewAsync(DocumentFeed feed, CancellationToken cancellationToken)
    {
        try
        {
            await feed.WatchAsync(cancellationToken);
        }
        catch (Exception exception) when (DocumentCalls.IsOutage(exception))
        {
            LogUnwatched(feed.DocumentId, exception);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The writer of document {Document} did not answer; tried again later")]
    private partial void LogUnwatched(string document, Exception exception);
}
