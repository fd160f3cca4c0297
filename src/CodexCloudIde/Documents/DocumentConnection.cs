using System.Collections.Concurrent;
using CodexCloudIde.Tenants;
using CodexCloudIde.Workspaces;

namespace CodexCloudIde.Documents;

/// <summary>What one hub connection may do, found out once: who it is, which documents it has open, how fast it may send.</summary>
internal sealed class DocumentConnection(Caller caller, DocumentOptions options, TenantRate tenant, TimeProvider time)
{
    private readonly TokenBucket operations = new(options.OperationsPerSecond, 2.0 * options.OperationsPerSecond, time);
    private readonly TokenBucket units = new(options.UnitsPerSecond, Math.Max(options.UnitsPerSecond, 2.0 * options.LargestOperation), time);

    public Caller Caller { get; } = caller;

    public Actor Actor { get; } = Actor.Of(caller);

    /// <summary>By document id.</summary>
    public ConcurrentDictionary<string, OpenedDocument> Opened { get; } = new(StringComparer.Ordinal);

    /// <summary>Workspaces whose changes of members are watched for this connection.</summary>
    public ConcurrentDictionary<WorkspaceId, bool> Watched { get; } = new();

    public bool MaySend(int insertedUnits) => operations.TryTake(1) && units.TryTake(insertedUnits) && tenant.MaySend(insertedUnits);

    public OpenedDocument? Find(string? documentId) => documentId is not null && Opened.TryGetValue(documentId, out var opened) ? opened : null;
}

/// <summary>A document that a connection has open.</summary>
internal sealed record OpenedDocument(DocumentFeed Feed, bool CanEdit);
