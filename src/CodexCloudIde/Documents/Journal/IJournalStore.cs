namespace CodexCloudIde.Documents.Journal;

/// <summary>What the store knows of a document when a writer takes it over.</summary>
/// <param name="Id">Stays the same when the path changes; known to clients as <c>documentId</c>.</param>
/// <param name="Epoch">This writer's: earlier writers' batches are refused from now on.</param>
/// <param name="Revision">Of the newest journalled edit.</param>
/// <param name="Snapshot">The newest <see cref="DocumentSnapshot"/>, encoded.</param>
/// <param name="Mark">The newest <see cref="Files.FileMark"/>, encoded.</param>
internal sealed record JournalHead(long Id, long Epoch, long Revision, byte[] Snapshot, byte[] Mark);

/// <summary>What a document is to be remembered by from now on, besides its edits.</summary>
/// <param name="Id">The document.</param>
/// <param name="Epoch">The writer's.</param>
/// <param name="Expected">Revision that the head must be at.</param>
/// <param name="Next">Revision that it is at afterwards; equal to <paramref name="Expected"/> when there are no edits.</param>
/// <param name="Payload">Encoded edits, see <see cref="JournalEntry"/>; empty for none.</param>
/// <param name="Snapshot">Replaces the snapshot; null leaves it.</param>
/// <param name="SnapshotRevision">The revision of <paramref name="Snapshot"/>.</param>
/// <param name="Mark">Replaces the mark; null leaves it.</param>
/// <param name="Saved">With <paramref name="Mark"/>: the revision that the file has.</param>
internal sealed record JournalWrite(
    long Id, long Epoch, long Expected, long Next, ReadOnlyMemory<byte> Payload, byte[]? Snapshot = null, long SnapshotRevision = 0, byte[]? Mark = null, long Saved = 0)
{
    /// <summary>What it takes in the store.</summary>
    public long Bytes => Payload.Length + (Snapshot?.Length ?? 0) + (Mark?.Length ?? 0);
}

/// <summary>Where journals lie. A write is durable when its task completes, and refused where another writer has taken the document over.</summary>
internal interface IJournalStore : IAsyncDisposable
{
    /// <summary>Makes what is missing. Idempotent; several processes may do it at once.</summary>
    Task InitialiseAsync(CancellationToken cancellationToken);

    /// <summary>Takes a document over: raises its epoch. Null when it is unknown and there is no <paramref name="initial"/> snapshot and mark to begin with.</summary>
    Task<JournalHead?> TakeOverAsync(string key, (byte[] Snapshot, byte[] Mark)? initial, CancellationToken cancellationToken);

    /// <summary>Writes all in one transaction. Per write: was its fence (epoch and expected revision) right? Others are not affected by one that was not.</summary>
    Task<bool[]> WriteAsync(IReadOnlyList<JournalWrite> writes, CancellationToken cancellationToken);

    /// <summary>Payloads, newest first, until one begins at or before <paramref name="after"/> + 1; ends early where the journal was trimmed.</summary>
    IAsyncEnumerable<(long First, byte[] Payload)> ReadBackAsync(long id, long after, CancellationToken cancellationToken);

    /// <summary>Keys below a prefix whose file is behind: edits acknowledged but not yet materialised.</summary>
    Task<IReadOnlyList<string>> UnsavedAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>The document goes on under another key, a document that was there is forgotten. Raises the epoch.</summary>
    Task RenameAsync(string key, string to, CancellationToken cancellationToken);

    /// <summary>Forgets the document; a new one at the key gets a new id.</summary>
    Task ForgetAsync(string key, CancellationToken cancellationToken);
}
