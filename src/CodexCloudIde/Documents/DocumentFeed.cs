using System.Collections.Immutable;
using CodexCloudIde.Tenants;

namespace CodexCloudIde.Documents;

/// <summary>This process's ear at one document: hears what the writer publishes and passes it to the connections here that have the document open.</summary>
/// <remarks>
/// The writer may change its node at any time. The watch is renewed now and then, and at once when an answer shows another writer's epoch.
/// Between the watch and the first answer the document's id is not known yet. What happens then is kept, and told as soon as it is: a message without the id
/// would be taken for nobody's.
/// </remarks>
internal sealed class DocumentFeed(DocumentKey key, DocumentCalls calls, DocumentAudience audience) : IDocumentObserver
{
    private readonly Lock gate = new();
    private readonly EditLine line = new(calls);
    private ImmutableArray<string> connections = [];
    private List<Action>? untold = [];
    private long epoch;

    /// <summary>Everything up to this revision was told or is in what the writer answers.</summary>
    private long last;

    /// <summary>Told though something before it was not: it came while the watch was under way.</summary>
    private (long From, long To) ahead;

    /// <summary>Fetched because they were missed, up to this revision; their events may still come.</summary>
    private (long After, long To) fetched;

    /// <summary>Where the document is; changes when it is renamed.</summary>
    public DocumentKey Key { get; private set; } = key;

    /// <summary>Set by the first answer of the writer.</summary>
    public string DocumentId { get; private set; } = "";

    /// <summary>The file was deleted.</summary>
    public bool IsGone { get; private set; }

    public bool IsEmpty => connections.IsEmpty;

    public bool IsOnlyOf(string connection) => connections is [var one] && one == connection;

    /// <summary>What the grain knows this as.</summary>
    public IDocumentObserver Reference { get; set; } = null!;

    /// <summary>When it renews its watch, among all feeds.</summary>
    public int Turn { get; init; }

    /// <summary>UTF-16 units of the text, as far as this has heard.</summary>
    public long Units { get; private set; }

    /// <summary>The writer has said which document it is, and how long. What was kept until now is told.</summary>
    public void Identify(string documentId, int units)
    {
        lock (gate)
        {
            Units = units;
            DocumentId = documentId;
            var kept = untold ?? [];
            untold = null;
            foreach (var tell in kept) tell();
        }
    }

    public void Add(string connection)
    {
        lock (gate) connections = connections.Contains(connection) ? connections : connections.Add(connection);
    }

    public void Remove(string connection)
    {
        lock (gate) connections = connections.Remove(connection);
    }

    /// <summary>Watches, or goes on watching; fetches what was missed. The writer's refusal, if it has no such document.</summary>
    public async Task<Api.Refusal?> WatchAsync(CancellationToken cancellationToken)
    {
        var watching = await calls.RetryAsync(Key, document => document.WatchAsync(Reference), cancellationToken);
        if (!watching.Succeeded) return watching.Refusal;
        long missedAfter;
        lock (gate)
        {
            missedAfter = epoch != 0 && watching.Value.Revision > last ? last : long.MaxValue;
            if (missedAfter < long.MaxValue) fetched = (missedAfter, watching.Value.Revision);
            last = Math.Max(last, watching.Value.Revision);
            if (ahead.From <= last + 1) last = Math.Max(last, ahead.To);
            epoch = watching.Value.Epoch;
        }

        if (missedAfter < long.MaxValue) await FetchAsync(missedAfter, watching.Value.Revision, cancellationToken);
        return null;
    }

    /// <summary>Tells what was missed, of which <see cref="EditedAsync"/> tells nothing from now on.</summary>
    private async Task FetchAsync(long after, long to, CancellationToken cancellationToken)
    {
        try
        {
            var state = await calls.RetryAsync(Key, document => document.OpenAsync(Key.Workspace.Tenant, after), cancellationToken);
            if (state is { Succeeded: true, Value.Edits: { } edits }) Send([.. edits.Where(edit => edit.Revision <= to)]);
            else if (state is { Succeeded: true, Value: { } newer }) Send("Reset", () => new ResetMessage(DocumentId, newer.Revision));
        }
        catch (Exception)
        {
            // Who has a gap asks by itself; whoever has none yet must be told.
            Send("Reset", () => new ResetMessage(DocumentId, to));
            throw;
        }
    }

    /// <summary>How many edits came after a revision, as far as this has heard.</summary>
    public long BehindOf(long revision) => Math.Max(0, Volatile.Read(ref last) - Math.Max(0, revision));

    /// <summary>See <see cref="EditLine"/>. Whose answer shows another writer makes this watch that one.</summary>
    public async Task<SubmitResult> SubmitAsync(TenantId tenant, SubmittedEdit edit, CancellationToken cancellationToken)
    {
        var result = await line.SubmitAsync(Key, tenant, edit);
        if (result.Error is null && result.Epoch != epoch) await WatchAsync(cancellationToken);
        return result;
    }

    public Task EditedAsync(PublishedEdits edits)
    {
        var untold = edits.Edits;
        lock (gate)
        {
            var (from, to) = (edits.Edits[0].Revision, edits.Edits[^1].Revision);
            if (from <= last + 1) last = Math.Max(last, to);
            else ahead = (from == ahead.To + 1 ? ahead.From : from, to);
            foreach (var edit in edits.Edits) Units += edit.Operation.LengthDelta;
            if (untold[0].Revision <= fetched.To) untold = [.. untold.Where(edit => edit.Revision <= fetched.After || edit.Revision > fetched.To)];
        }

        Send(untold);
        return Task.CompletedTask;
    }

    public Task CursorMovedAsync(CursorMoved cursor)
    {
        Send("Cursor", () => MessageOf(cursor), except: cursor.Source);
        return Task.CompletedTask;
    }

    public Task MovedAsync(string? to)
    {
        if (to is null) IsGone = true;
        else Key = Key with { Path = to };
        Send(to is null ? "Gone" : "Moved", () => new MovedMessage(DocumentId, to));
        return Task.CompletedTask;
    }

    public EditedMessage MessageOf(PublishedEdit edit) =>
        new(DocumentId, edit.Revision, edit.ClientId, edit.ClientSequence, MessageOf(edit.Actor), edit.Operation);

    public CursorMessage MessageOf(CursorMoved cursor) => new(DocumentId, MessageOf(cursor.Actor), cursor.Source, cursor.Revision, cursor.Ranges);

    private static ActorMessage MessageOf(Actor actor) => new(actor.Id, actor.Name, actor.Kind);

    private void Send(IReadOnlyList<PublishedEdit> edits)
    {
        if (edits.Count > 0) Send("Edited", () => [.. edits.Select(MessageOf)]);
    }

    private void Send(string method, Func<object> message, string? except = null) => Send(method, () => [message()], except);

    private void Send(string method, Func<object[]> messages, string? except = null)
    {
        lock (gate)
        {
            if (untold is not null)
            {
                untold.Add(() => Send(method, messages, except));
                return;
            }
        }

        audience.Tell(except is null ? connections : connections.Remove(except), method, messages());
    }
}
