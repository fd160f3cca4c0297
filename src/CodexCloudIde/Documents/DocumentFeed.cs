using System.Collections.Immutable;
using CodexCloudIde.Tenants;
using Microsoft.AspNetCore.SignalR;

namespace CodexCloudIde.Documents;

/// <summary>This process's ear at one document: hears what the writer publishes and passes it to the connections here that have the document open.</summary>
/// <remarks>
/// The writer may change its node at any time. The watch is renewed now and then, and at once when an answer shows another writer's epoch.
/// Between the watch and the first answer the document's id is not known yet. What happens then is kept, and told as soon as it is: a message without the id
/// would be taken for nobody's.
/// </remarks>
internal sealed class DocumentFeed(DocumentKey key, DocumentCalls calls, IHubContext<DocumentHub> hub) : IDocumentObserver
{
    private readonly Lock gate = new();
    private readonly EditLine line = new(calls);
    private ImmutableList<string> connections = [];
    private ImmutableDictionary<string, CursorMoved> cursors = ImmutableDictionary<string, CursorMoved>.Empty;
    private List<Action>? untold = [];
    private readonly string group = Guid.NewGuid().ToString("N");
    private long epoch;
    private long last;

    /// <summary>Fetched because they were missed, up to this revision; their events may still come.</summary>
    private (long After, long To) fetched;

    /// <summary>Where the document is; changes when it is renamed.</summary>
    public DocumentKey Key { get; private set; } = key;

    /// <summary>Set by the first answer of the writer.</summary>
    public string DocumentId { get; private set; } = "";

    /// <summary>The file was deleted.</summary>
    public bool IsGone { get; private set; }

    public bool IsEmpty => connections.IsEmpty;

    /// <summary>What the grain knows this as.</summary>
    public IDocumentObserver Reference { get; set; } = null!;

    /// <summary>Cursors of others, for whoever comes newly.</summary>
    public IEnumerable<CursorMoved> Cursors => cursors.Values;

    /// <summary>The writer has said which document it is. What was kept until now is told.</summary>
    public void Identify(string documentId)
    {
        lock (gate)
        {
            DocumentId = documentId;
            var kept = untold ?? [];
            untold = null;
            foreach (var tell in kept) tell();
        }
    }

    // The connections are of this process, so joining and leaving the group is done when these return.
    public void Add(string connection)
    {
        lock (gate) connections = connections.Contains(connection) ? connections : connections.Add(connection);
        _ = hub.Groups.AddToGroupAsync(connection, group);
    }

    public void Remove(string connection)
    {
        lock (gate) connections = connections.Remove(connection);
        _ = hub.Groups.RemoveFromGroupAsync(connection, group);
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
            last = Math.Max(last, edits.Edits[^1].Revision);
            if (untold[0].Revision <= fetched.To) untold = [.. untold.Where(edit => edit.Revision <= fetched.After || edit.Revision > fetched.To)];
        }

        Send(untold);
        return Task.CompletedTask;
    }

    public Task CursorMovedAsync(CursorMoved cursor)
    {
        lock (gate) cursors = cursor.Ranges.Count == 0 ? cursors.Remove(cursor.Source) : cursors.SetItem(cursor.Source, cursor);
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
        foreach (var edit in edits) Send("Edited", () => MessageOf(edit));
    }

    private void Send(string method, Func<object> message, string? except = null)
    {
        lock (gate)
        {
            if (untold is not null)
            {
                untold.Add(() => Send(method, message, except));
                return;
            }
        }

        // Not awaited: a slow browser must hold up neither the others nor the writer. Each one's messages keep their order in its connection's queue.
        // A group's message is encoded once for all.
        var others = except is null ? hub.Clients.Group(group) : hub.Clients.GroupExcept(group, except);
        _ = others.SendAsync(method, message());
    }
}
