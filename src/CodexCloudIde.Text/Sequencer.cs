namespace CodexCloudIde.Text;

/// <summary>An edit on its way in.</summary>
/// <param name="ClientId">Made by the client per document.</param>
/// <param name="ClientSequence">From 1 without gaps per client.</param>
/// <param name="BaseRevision">The revision that the operation was made on, own earlier edits included.</param>
/// <param name="Operation">In canonical form.</param>
/// <param name="Author">Whose it is.</param>
public readonly record struct Submission<TAuthor>(string ClientId, long ClientSequence, long BaseRevision, TextOperation Operation, TAuthor Author);

/// <summary>An edit in its place among all others.</summary>
/// <param name="Revision">The revision after it; dense, the first is 1.</param>
/// <param name="ClientId">Who sent it.</param>
/// <param name="ClientSequence">Its number there.</param>
/// <param name="Author">Whose it is.</param>
/// <param name="Operation">As sequenced: an edit of revision − 1.</param>
/// <param name="Inverse">Takes it back, right after it.</param>
/// <param name="Length">UTF-16 units of the text after it.</param>
public sealed record SequencedEdit<TAuthor>(
    long Revision, string ClientId, long ClientSequence, TAuthor Author, TextOperation Operation, TextOperation Inverse, int Length);

/// <summary>What became of a submission.</summary>
public enum Verdict
{
    /// <summary>It is the newest edit now.</summary>
    Sequenced,

    /// <summary>It had been sequenced before; the edit is that first answer.</summary>
    Repeated,

    /// <summary>Its base is older than what is remembered, or newer than what exists: read the text again.</summary>
    StaleRevision,

    /// <summary>It is no edit of its base, or its number leaves a gap.</summary>
    Invalid,
}

/// <summary>Puts everybody's edits of one document into one order: deduplicate, transform, apply, remember. Pure; the caller makes it durable.</summary>
/// <remarks>
/// A ring remembers the newest edits, to transform over and to answer resends from: so many, and so many units of them. Beyond the ring the last edit of every client is kept, because
/// a client that was cut off resends exactly that one. An operation is transformed over later ones one by one, in their order; see
/// <see cref="TextOperation"/> for why never over their composition.
/// </remarks>
public sealed class Sequencer<TAuthor>
{
    private readonly Dictionary<string, Client> clients = new(StringComparer.Ordinal);
    private readonly SequencedEdit<TAuthor>[] ring;
    private readonly int units;
    private int remembered;
    private long rememberedUnits;

    /// <summary>Of the newest edit: whoever types goes on typing.</summary>
    private Client? latest;

    /// <summary>A document at a revision, with nothing remembered yet.</summary>
    /// <param name="document">Owned by this from now on.</param>
    /// <param name="revision">What its text is.</param>
    /// <param name="capacity">Edits to remember.</param>
    /// <param name="units">UTF-16 units that they insert and delete in all, at most; the newest edit is remembered whatever it is.</param>
    public Sequencer(TextDocument document, long revision, int capacity, int units = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(document);
        ArgumentOutOfRangeException.ThrowIfNegative(revision);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(units);
        (Document, Revision, this.units, ring) = (document, revision, units, new SequencedEdit<TAuthor>[capacity]);
    }

    /// <summary>The text at <see cref="Revision"/>.</summary>
    public TextDocument Document { get; }

    /// <summary>The newest revision.</summary>
    public long Revision { get; private set; }

    /// <summary>The oldest revision that edits may be based on.</summary>
    public long OldestBase => Revision - remembered;

    /// <summary>A revision after which no edit is forgotten for its size; without one only the newest edit is safe.</summary>
    public long? Needed { get; set; }

    /// <summary>The last edit of every client known, for a snapshot.</summary>
    public IReadOnlyCollection<SequencedEdit<TAuthor>> LastOfClients => [.. clients.Values.Select(client => client.Last)];

    /// <summary>Takes back into memory what a snapshot knew of a client.</summary>
    public void Recall(SequencedEdit<TAuthor> last)
    {
        ArgumentNullException.ThrowIfNull(last);
        Keep(last);
    }

    /// <summary>Remembers an edit that the text already has in it; in order, up to <see cref="Revision"/>.</summary>
    public void Remember(SequencedEdit<TAuthor> edit)
    {
        ArgumentNullException.ThrowIfNull(edit);
        if (remembered == ring.Length)
        {
            ForgetOne(edit.Revision - remembered);
        }

        ring[edit.Revision % ring.Length] = edit;
        remembered++;
        rememberedUnits += edit.Operation.ChangedLength;
        var last = Math.Min(Needed ?? long.MaxValue, edit.Revision - 1);
        for (var oldest = edit.Revision - remembered + 1; rememberedUnits > units && oldest <= last; oldest++)
        {
            ForgetOne(oldest);
        }

        Keep(edit);
    }

    /// <summary>Applies an edit that was sequenced before, from a journal: the one after <see cref="Revision"/>.</summary>
    /// <exception cref="InvalidOperationException">It is not the next one or does not fit the text: the journal is damaged.</exception>
    public void Replay(SequencedEdit<TAuthor> edit)
    {
        ArgumentNullException.ThrowIfNull(edit);
        if (edit.Revision != Revision + 1 || Document.TryApply(edit.Operation) != TextFault.None)
        {
            throw new InvalidOperationException($"Edit {edit.Revision} does not follow revision {Revision}.");
        }

        Revision = edit.Revision;
        Remember(edit);
    }

    /// <summary>Forgets clients by their last edit: those that will not come back.</summary>
    public void Forget(Predicate<SequencedEdit<TAuthor>> isGone)
    {
        ArgumentNullException.ThrowIfNull(isGone);
        foreach (var client in clients.Values.Where(client => isGone(client.Last)).ToList())
        {
            clients.Remove(client.Last.ClientId);
        }

        latest = null;
    }

    /// <summary>The first edit of a client, whoever sent it: to whom that client belongs. Null for an unknown client.</summary>
    public SequencedEdit<TAuthor>? LastOf(string clientId) => Find(clientId)?.Last;

    /// <summary>The edits after a revision, oldest first; null when it is older than <see cref="OldestBase"/> or newer than <see cref="Revision"/>.</summary>
    public IReadOnlyList<SequencedEdit<TAuthor>>? Since(long revision)
    {
        if (revision < OldestBase || revision > Revision)
        {
            return null;
        }

        var edits = new SequencedEdit<TAuthor>[Revision - revision];
        for (var i = 0; i < edits.Length; i++)
        {
            edits[i] = ring[(revision + 1 + i) % ring.Length];
        }

        return edits;
    }

    /// <summary>Sequences an edit, or says why not; then nothing has changed.</summary>
    public (Verdict Verdict, SequencedEdit<TAuthor>? Edit) Submit(Submission<TAuthor> submission)
    {
        var last = Find(submission.ClientId)?.Last;
        if (last is not null && submission.ClientSequence <= last.ClientSequence)
        {
            return Repeated(submission, last);
        }

        if (submission.ClientSequence != (last?.ClientSequence ?? 0) + 1)
        {
            return (Verdict.Invalid, null);
        }

        if (submission.BaseRevision < OldestBase || submission.BaseRevision > Revision)
        {
            return (Verdict.StaleRevision, null);
        }

        if (submission.Operation.RequiredLength > LengthAt(submission.BaseRevision))
        {
            return (Verdict.Invalid, null);
        }

        var operation = submission.Operation;
        for (var revision = submission.BaseRevision + 1; revision <= Revision; revision++)
        {
            operation = TextOperation.Transform(ring[revision % ring.Length].Operation, operation).Later;
        }

        if (Document.TryApply(operation, out var inverse) != TextFault.None)
        {
            return (Verdict.Invalid, null);
        }

        Revision++;
        // One string for all edits of a client, not one for each that is remembered.
        var edit = new SequencedEdit<TAuthor>(
            Revision, last?.ClientId ?? submission.ClientId, submission.ClientSequence, submission.Author, operation, inverse, Document.Length);
        Remember(edit);
        return (Verdict.Sequenced, edit);
    }

    private Client? Find(string clientId) =>
        latest is { } client && client.Last.ClientId == clientId ? client : clients.GetValueOrDefault(clientId);

    private void Keep(SequencedEdit<TAuthor> edit)
    {
        if (Find(edit.ClientId) is { } client)
        {
            client.Last = edit;
        }
        else
        {
            clients[edit.ClientId] = client = new Client(edit);
        }

        latest = client;
    }

    private (Verdict, SequencedEdit<TAuthor>?) Repeated(Submission<TAuthor> submission, SequencedEdit<TAuthor> last)
    {
        if (submission.ClientSequence == last.ClientSequence)
        {
            return (Verdict.Repeated, last);
        }

        for (var revision = Revision; revision > OldestBase; revision--)
        {
            var edit = ring[revision % ring.Length];
            if (edit.ClientId == submission.ClientId && edit.ClientSequence == submission.ClientSequence)
            {
                return (Verdict.Repeated, edit);
            }
        }

        return (Verdict.StaleRevision, null);
    }

    private void ForgetOne(long revision)
    {
        ref var oldest = ref ring[revision % ring.Length];
        rememberedUnits -= oldest.Operation.ChangedLength;
        oldest = null!;
        remembered--;
    }

    private int LengthAt(long revision)
    {
        if (revision == Revision)
        {
            return Document.Length;
        }

        var next = ring[(revision + 1) % ring.Length];
        return next.Length - next.Operation.LengthDelta;
    }

    private sealed class Client(SequencedEdit<TAuthor> last)
    {
        public SequencedEdit<TAuthor> Last { get; set; } = last;
    }
}
