using System.Collections.Concurrent;
using CodexCloudIde.Api;
using Microsoft.AspNetCore.SignalR;

namespace CodexCloudIde.Documents;

/// <summary>The documents that connections of this process have open, one <see cref="DocumentFeed"/> each.</summary>
internal sealed partial class DocumentFeeds(
    DocumentCalls calls, IGrainFactory grains, IHubContext<DocumentHub> hub, TimeProvider time, ILogger<DocumentFeeds> logger) : BackgroundService
{
    /// <summary>How long an idle reader may miss what a new writer on another node publishes.</summary>
    private static readonly TimeSpan Renewal = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<DocumentKey, DocumentFeed> feeds = new();

    /// <summary>From now on the connection hears of the document.</summary>
    public async Task<Outcome<DocumentFeed>> JoinAsync(DocumentKey key, string connection, CancellationToken cancellationToken)
    {
        DocumentFeed feed;
        lock (feeds)
        {
            if (!feeds.TryGetValue(key, out feed!) || feed.IsGone || feed.Key != key)
            {
                feed = new DocumentFeed(key, calls, hub);
                feed.Reference = grains.CreateObjectReference<IDocumentObserver>(feed);
                feeds[key] = feed;
            }

            feed.Add(connection);
        }

        if (await feed.WatchAsync(cancellationToken) is not { } refusal) return feed;
        await LeaveAsync(feed, connection);
        return refusal;
    }

    public async Task LeaveAsync(DocumentFeed feed, string connection)
    {
        lock (feeds)
        {
            feed.Remove(connection);
            if (!feed.IsEmpty) return;
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
        using var timer = new PeriodicTimer(Renewal, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) await Task.WhenAll(feeds.Values.Where(feed => !feed.IsGone).Select(feed => RenewAsync(feed, stoppingToken)));
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
