using System.Buffers;
using CodexCloudIde.Documents.History;
using CodexCloudIde.Documents.Journal;
using CodexCloudIde.Tenants;
using CodexCloudIde.Text;
using MessagePack;

namespace CodexCloudIde.Documents;

/// <summary>The single writer: dedupe, transform, apply, journal, acknowledge, publish, in this order.</summary>
/// <remarks>
/// <para>
/// Theory of operation. Sequencing happens in memory, at once and without an await, so edits get their places in the order in which they come. Then
/// they wait for the journal together: the next edit is sequenced while the one before is on its way to the disk. Nobody hears of an edit before it is
/// durable. The journal completes writes in order, so "durable up to revision n" is one number, and edits are published by it, in order.
/// </para>
/// <para>
/// When the journal refuses, another writer has taken the document over, or the disk is full. What is in memory is then ahead of the truth: this
/// writer is broken for good, everybody who waits gets an exception and tries again with whoever reads the document next. Resends are told apart by client
/// and sequence, so nothing is done twice.
/// </para>
/// Not safe for concurrent use: it runs on its grain's scheduler.
/// </remarks>
internal sealed class DocumentWriter
{
    /// <summary>Ids of clients begin like this when the server itself edits; nobody else's may.</summary>
    public const string OwnPrefix = "server:";

    private static readonly TimeSpan ForgetClientsAfter = TimeSpan.FromDays(30);

    private readonly JournalHead head;
    private readonly Sequencer<Author> sequencer;
    private readonly DocumentJournal journal;
    private readonly DocumentOptions options;
    private readonly TimeProvider time;
    private readonly Queue<PublishedEdit> unpublished = new();
    private Task tail = Task.CompletedTask;
    private long snapshotRevision;
    private long unitsSinceSnapshot;
    private long unpublishedUnits;
    private long ownSequence;
    private Exception? broken;

    private DocumentWriter(JournalHead head, Sequencer<Author> sequencer, long snapshotRevision, DocumentJournal journal, DocumentOptions options, TimeProvider time)
    {
        (this.head, this.sequencer, this.journal, this.options, this.time) = (head, sequencer, journal, options, time);
        this.snapshotRevision = snapshotRevision;
        DurableRevision = sequencer.Revision;
        sequencer.Needed = DurableRevision;
    }

    /// <summary>Called with edits that have just become durable.</summary>
    public event Action<IReadOnlyList<PublishedEdit>>? Published;

    /// <summary>Called once, when nothing can be written any more.</summary>
    public event Action? Broke;

    public string DocumentId => $"d{head.Id}";

    public long Epoch => head.Epoch;

    /// <summary>Of the newest edit, durable or not yet.</summary>
    public long Revision => sequencer.Revision;

    public long DurableRevision { get; private set; }

    public bool IsBroken => broken is not null;

    public string Text => sequencer.Document.ToString();

    /// <summary>Its UTF-16 units.</summary>
    public int Length => sequencer.Document.Length;

    /// <summary>Reads a document that has just been taken over: its snapshot, then the edits after it; some before it, to transform over.</summary>
    public static async Task<DocumentWriter> LoadAsync(
        JournalHead head, DocumentJournal journal, DocumentOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        var snapshot = DocumentSnapshot.Decode(head.Snapshot);
        var sequencer = new Sequencer<Author>(new TextDocument(snapshot.Text), snapshot.Revision, options.RememberedEdits, options.RememberedUnits);
        var after = Math.Min(snapshot.Revision, Math.Max(0, head.Revision - options.RememberedEdits));
        var edits = await ReadAsync(head, journal, after, snapshot.Revision, options, cancellationToken);
        foreach (var edit in edits.Where(edit => edit.Revision <= snapshot.Revision)) sequencer.Remember(edit);
        foreach (var last in snapshot.LastOfClients) sequencer.Recall(last);
        foreach (var edit in edits.Where(edit => edit.Revision > snapshot.Revision)) sequencer.Replay(edit);
        return sequencer.Revision == head.Revision
            ? new DocumentWriter(head, sequencer, snapshot.Revision, journal, options, time)
            : throw new InvalidDataException($"The journal of document {head.Id} ends at {sequencer.Revision}, not at {head.Revision}.");
    }

    /// <summary>An edit of a client; completes when it is durable.</summary>
    /// <exception cref="JournalFencedException">Not durable, and not by this writer any more.</exception>
    public async Task<SubmitResult> SubmitAsync(SubmittedEdit edit) => (await SubmitAsync([edit]))[0];

    /// <summary>Edits of clients, one after the other with nobody between; completes when all are durable.</summary>
    /// <exception cref="JournalFencedException">Not durable, and not by this writer any more.</exception>
    public Task<IReadOnlyList<SubmitResult>> SubmitAsync(IReadOnlyList<SubmittedEdit> edits) => SequenceAsync(edits, isOwn: false);

    /// <summary>An edit by the server on behalf of <paramref name="actor"/>, on the newest revision; sequenced when this returns, durable when it completes.</summary>
    /// <param name="mark">What is to be remembered of the file in the same transaction, given the revision after the edit.</param>
    public async Task<SubmitResult> SubmitOwnAsync(Actor actor, TextOperation operation, Func<long, (byte[] Mark, long Saved)>? mark = null)
    {
        ownSequence++;
        return (await SequenceAsync([new SubmittedEdit($"{OwnPrefix}{Epoch}", ownSequence, Revision, operation, actor)], isOwn: true, mark))[0];
    }

    /// <summary>Remembers something of the file; completes when it is durable.</summary>
    public Task MarkAsync(byte[] mark, long saved)
    {
        ThrowIfBroken();
        return tail = CommitAsync(new JournalWrite(head.Id, Epoch, Revision, Revision, ReadOnlyMemory<byte>.Empty, Mark: mark, Saved: saved));
    }

    /// <summary>Writes a snapshot unless there is none to write; completes when it is durable.</summary>
    public Task SnapshotAsync()
    {
        if (IsBroken || snapshotRevision == Revision) return Task.CompletedTask;
        return tail = CommitAsync(WithSnapshot(new JournalWrite(head.Id, Epoch, Revision, Revision, ReadOnlyMemory<byte>.Empty)));
    }

    /// <summary>Published edits after a revision; null when they are not remembered any more.</summary>
    public IReadOnlyList<PublishedEdit>? Since(long revision) =>
        sequencer.Since(revision)?.Where(edit => edit.Revision <= DurableRevision).Select(Publish).ToList();

    /// <summary>All edits after a revision, from memory or else from the journal; fewer when it was trimmed or they are more than is kept in memory at once.</summary>
    public async Task<IReadOnlyList<SequencedEdit<Author>>> EditsAfterAsync(long revision, CancellationToken cancellationToken)
    {
        if (sequencer.Since(Math.Min(revision, Revision)) is { } remembered) return remembered;
        await tail;
        var read = await ReadAsync(head, journal, revision, Math.Max(0, DurableRevision - 1), options, cancellationToken);
        // Somebody may have typed while the journal was read.
        return read.Count == 0 || sequencer.Since(read[^1].Revision) is not { } since ? read : [.. read, .. since];
    }

    /// <summary>The newest revision that is durable, and its text.</summary>
    public (long Revision, string Text) DurableText() => DurableRevision == Revision ? (Revision, Text)
        : TextAt(DurableRevision) is { } text ? (DurableRevision, text) : throw new InvalidOperationException("More edits wait for the journal than are remembered.");

    /// <summary>The text at an older revision; null when the edits since are not remembered any more.</summary>
    public string? TextAt(long revision) => sequencer.Since(revision) is { } since ? DocumentHistory.Before(Text, since) : null;

    /// <summary>An edit of an older revision as one of the newest; null when that revision is too old.</summary>
    public TextOperation? Rebase(TextOperation operation, long revision) =>
        sequencer.Since(revision)?.Aggregate(operation, (rebased, edit) => TextOperation.Transform(edit.Operation, rebased).Later);

    /// <summary>Ends this writer: what waits gets an exception.</summary>
    public void Break(Exception reason)
    {
        if (IsBroken) return;
        broken = reason;
        Broke?.Invoke();
    }

    /// <summary>Edits after a revision, oldest first. Those up to <paramref name="needed"/> only as long as they are not too much for memory.</summary>
    private static async Task<List<SequencedEdit<Author>>> ReadAsync(
        JournalHead head, DocumentJournal journal, long after, long needed, DocumentOptions options, CancellationToken cancellationToken)
    {
        List<IReadOnlyList<SequencedEdit<Author>>> rows = [];
        var units = 0L;
        await foreach (var (first, payload) in journal.Store.ReadBackAsync(head.Id, after, cancellationToken))
        {
            var row = JournalEntry.Decode(payload);
            units += row.Sum(edit => (long)edit.Operation.ChangedLength);
            if (units > options.RememberedUnits && row[^1].Revision <= needed) break;
            rows.Add(row);
        }

        rows.Reverse();
        return rows.SelectMany(row => row).Where(edit => edit.Revision > after).ToList();
    }

    private async Task<IReadOnlyList<SubmitResult>> SequenceAsync(IReadOnlyList<SubmittedEdit> edits, bool isOwn, Func<long, (byte[] Mark, long Saved)>? mark = null)
    {
        ThrowIfBroken();
        var (results, newest) = Sequence(edits, isOwn, mark);
        // Of a repeated one the first may still be on its way to the disk.
        if (newest > DurableRevision) await tail;
        return results;
    }

    /// <summary>Gives the edits their places and hands them to the journal as one write. <c>Newest</c>: the revision that must be durable before they are acknowledged.</summary>
    private (SubmitResult[] Results, long Newest) Sequence(IReadOnlyList<SubmittedEdit> edits, bool isOwn, Func<long, (byte[] Mark, long Saved)>? mark)
    {
        var results = new SubmitResult[edits.Count];
        var (before, newest) = (Revision, 0L);
        var payload = new ArrayBufferWriter<byte>(128 * edits.Count);
        var writer = new MessagePackWriter(payload);
        var now = time.GetUtcNow();
        for (var i = 0; i < results.Length; i++)
        {
            var edit = edits[i];
            if (!isOwn && FaultOf(edit) is { } fault)
            {
                results[i] = Refused(fault);
                continue;
            }

            var (verdict, sequenced) = sequencer.Submit(new(edit.ClientId, edit.ClientSequence, edit.BaseRevision, edit.Operation, new Author(edit.Actor, now)));
            if (sequenced is null)
            {
                results[i] = Refused(verdict == Verdict.StaleRevision ? "staleRevision" : "invalidOperation");
                continue;
            }

            if (verdict == Verdict.Sequenced)
            {
                unpublished.Enqueue(Publish(sequenced));
                unitsSinceSnapshot += sequenced.Operation.ChangedLength;
                unpublishedUnits += sequenced.Operation.ChangedLength;
                JournalEntry.Write(ref writer, sequenced);
            }

            results[i] = new SubmitResult(Epoch, sequenced.Revision, sequenced.Operation, null);
            newest = Math.Max(newest, sequenced.Revision);
        }

        writer.Flush();
        if (Revision > before) tail = CommitAsync(Write(new JournalWrite(head.Id, Epoch, before, Revision, payload.WrittenMemory), mark));
        return (results, newest);
    }

    private string? FaultOf(SubmittedEdit edit)
    {
        if (edit.ClientId.StartsWith(OwnPrefix, StringComparison.Ordinal)) return "invalidOperation";
        // A file with a NUL is no text: it could not be opened again.
        foreach (var step in edit.Operation.Steps)
        {
            if (step.Inserted?.Contains('\0', StringComparison.Ordinal) == true) return "invalidOperation";
        }

        var last = sequencer.LastOf(edit.ClientId);
        if (last is not null && last.Author.Actor.Id != edit.Actor.Id) return "forbidden";
        if (edit.ClientSequence <= (last?.ClientSequence ?? 0)) return null;
        // What waits for the disk is kept in memory whatever it weighs, so it must not become more and more.
        if (unpublished.Count >= options.RememberedEdits || unpublishedUnits > options.RememberedUnits) return "tooFast";
        return sequencer.Document.Length + edit.Operation.LengthDelta > options.LargestDocument ? "tooLarge" : null;
    }

    private JournalWrite Write(JournalWrite write, Func<long, (byte[] Mark, long Saved)>? mark)
    {
        if (mark?.Invoke(write.Next) is { } remembered) write = write with { Mark = remembered.Mark, Saved = remembered.Saved };
        return IsSnapshotDue ? WithSnapshot(write) : write;
    }

    /// <summary>A snapshot holds the whole text: it is due when so much was edited that writing it again costs little beside that.</summary>
    private bool IsSnapshotDue => unitsSinceSnapshot > DocumentOptions.UnitsPerSnapshot + sequencer.Document.Length
        || Revision - snapshotRevision >= options.EditsPerSnapshot * Math.Max(1L, sequencer.Document.Length / DocumentOptions.UnitsPerSnapshot);

    private JournalWrite WithSnapshot(JournalWrite write)
    {
        var forget = time.GetUtcNow() - ForgetClientsAfter;
        sequencer.Forget(last => last.Author.At < forget || (last.ClientId.StartsWith(OwnPrefix, StringComparison.Ordinal) && last.ClientId != $"{OwnPrefix}{Epoch}"));
        (snapshotRevision, unitsSinceSnapshot) = (Revision, 0);
        return write with { Snapshot = new DocumentSnapshot(Revision, Text, [.. sequencer.LastOfClients]).Encode(), SnapshotRevision = Revision };
    }

    private async Task CommitAsync(JournalWrite write)
    {
        try
        {
            await journal.WriteAsync(write);
        }
        catch (JournalFencedException exception)
        {
            Break(exception);
            throw;
        }

        if (broken is JournalFencedException) throw new JournalFencedException("What this was written after is lost.", broken);
        if (write.Next <= DurableRevision) return;
        sequencer.Needed = DurableRevision = write.Next;
        List<PublishedEdit> durable = [];
        while (unpublished.TryPeek(out var next) && next.Revision <= DurableRevision)
        {
            unpublishedUnits -= next.Operation.ChangedLength;
            durable.Add(unpublished.Dequeue());
        }

        if (durable.Count > 0) Published?.Invoke(durable);
    }

    private void ThrowIfBroken()
    {
        if (broken is not null) throw new JournalFencedException("This writer has ended; the document is read again.", broken);
    }

    private SubmitResult Refused(string error) => new(Epoch, Revision, null, error);

    private static PublishedEdit Publish(SequencedEdit<Author> edit) => new(edit.Revision, edit.ClientId, edit.ClientSequence, edit.Author.Actor, edit.Operation);
}
