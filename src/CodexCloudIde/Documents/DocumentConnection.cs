using System.Collections.Concurrent;
using CodexCloudIde.Tenants;
using CodexCloudIde.Workspaces;

namespace CodexCloudIde.Documents;

/// <summary>What one hub connection may do, found out once: who it is, which documents it has open, how fast it may send.</summary>
internal sealed class DocumentConnection(Caller caller, DocumentOptions options, TenantRate tenant, TimeProvider time)
{
    /// <summary>To transform over so many takes about as long as everything else that an operation costs.</summary>
    private const int RevisionsPerOperation = 64;

    /// <summary>Documents that are read or written for it at a time; edits do not count.</summary>
    private const int AtOnce = 16;

    private readonly SemaphoreSlim turns = new(AtOnce);
    private readonly TokenBucket operations = new(options.OperationsPerSecond, 2.0 * options.OperationsPerSecond, time);
    private readonly TokenBucket units = new(options.UnitsPerSecond, Math.Max(options.UnitsPerSecond, 2.0 * options.LargestOperation), time);

    public Caller Caller { get; } = caller;

    public Actor Actor { get; } = Actor.Of(caller);

    /// <summary>Where its cursor was last, and when that was told.</summary>
    public (DocumentFeed Feed, long At)? Place { get; set; }

    /// <summary>By document id.</summary>
    public ConcurrentDictionary<string, OpenedDocument> Opened { get; } = new(StringComparer.Ordinal);

    /// <summary>Workspaces whose changes of members are watched for this connection.</summary>
    public ConcurrentDictionary<WorkspaceId, bool> Watched { get; } = new();

    /// <param name="insertedUnits">UTF-16 units that the operation inserts.</param>
    /// <param name="behind">Revisions that it must be transformed over: from very old ones it counts as several.</param>
    public bool MaySend(int insertedUnits, long behind = 0)
    {
        var weight = Math.Min(1 + (behind / RevisionsPerOperation), options.OperationsPerSecond);
        return operations.TryTake(weight) && units.TryTake(insertedUnits) && tenant.MaySend(insertedUnits, weight);
    }

    /// <summary>What takes memory or the disk for a while waits for its turn.</summary>
    public async Task<T> InTurnAsync<T>(Func<Task<T>> call)
    {
        await turns.WaitAsync();
        try
        {
            return await call();
        }
        finally
        {
            turns.Release();
        }
    }

    public OpenedDocument? Find(string? documentId) => documentId is not null && Opened.TryGetValue(documentId, out var opened) ? opened : null;
}

/// <summary>A document that a connection has open.</summary>
internal sealed record OpenedDocument(DocumentFeed Feed, bool CanEdit);
