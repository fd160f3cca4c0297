using CodexCloudIde.Api;
using CodexCloudIde.Documents.Files;
using CodexCloudIde.Documents.Journal;
using CodexCloudIde.Documents.Presence;
using CodexCloudIde.Tenants;
using CodexCloudIde.Text;
using CodexCloudIde.Workspaces;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;
using Orleans.Utilities;

namespace CodexCloudIde.Documents;

/// <summary>One open document: brings <see cref="DocumentWriter"/>, <see cref="DocumentFile"/> and those who watch together.</summary>
/// <remarks>Reentrant: while an edit waits for the disk the next one is sequenced. What must not interleave has no await in it.</remarks>
[Reentrant]
internal sealed partial class DocumentGrain(
    DocumentJournal journal, DocumentFeeds feeds, WorkspaceFolder folder, SaveTurns turns, WorkspaceEvents events, IHostApplicationLifetime lifetime, IOptions<DocumentOptions> options,
    TimeProvider time, ILogger<DocumentGrain> logger)
    : Grain, IDocumentGrain
{
    private const int MostHunks = 512;

    private readonly ObserverManager<IDocumentObserver> watchers = new(Renewal * 3, logger);
    private readonly DocumentCursors cursors = new(time);
    private readonly CancellationTokenSource ending = new();
    private DocumentKey key;
    private Task<Outcome<Loaded>>? loading;

    private sealed record Loaded(DocumentWriter Writer, DocumentFile File);

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        key = DocumentKey.Parse(this.GetPrimaryKeyString());
        return Task.CompletedTask;
    }

    public async Task<Outcome<DocumentState>> OpenAsync(TenantId tenant, long? knownRevision)
    {
        if (tenant != key.Workspace.Tenant) return Refusal.NotFound;
        var outcome = await LoadAsync();
        if (!outcome.Succeeded) return outcome.Refusal;

        // Only what is durable is shown: what is not yet may still be taken back by a crash.
        var writer = outcome.Value.Writer;
        var edits = knownRevision is { } known ? writer.Since(known) : null;
        var (revision, text) = writer.DurableText();
        var (ending, encoding) = outcome.Value.File.Shape.Names;
        return new DocumentState(writer.DocumentId, revision, edits is null ? text : null, edits, DocumentHash.Of(text), ending, encoding, cursors.At(revision, writer), text.Length);
    }

    public async Task<SubmitResult> SubmitAsync(TenantId tenant, SubmittedEdit edit)
    {
        if (tenant != key.Workspace.Tenant) return new SubmitResult(0, 0, null, "notFound");
        var outcome = await LoadAsync();
        return outcome.Succeeded ? await outcome.Value.Writer.SubmitAsync(edit) : new SubmitResult(0, 0, null, "gone");
    }

    public async Task<IReadOnlyList<SubmitResult>> SubmitAsync(TenantId tenant, IReadOnlyList<SubmittedEdit> edits)
    {
        if (tenant != key.Workspace.Tenant) return [.. edits.Select(_ => new SubmitResult(0, 0, null, "notFound"))];
        var outcome = await LoadAsync();
        if (!outcome.Succeeded) return [.. edits.Select(_ => new SubmitResult(0, 0, null, "gone"))];
        return await outcome.Value.Writer.SubmitAsync(edits);
    }

    public async Task<Outcome<Watching>> WatchAsync(IDocumentObserver observer)
    {
        var outcome = await LoadAsync();
        if (!outcome.Succeeded) return outcome.Refusal;
        watchers.Subscribe(observer, feeds.NearestOf(observer));
        return new Watching(outcome.Value.Writer.Epoch, outcome.Value.Writer.DurableRevision);
    }

    public async Task UnwatchAsync(IDocumentObserver observer)
    {
        watchers.Unsubscribe(observer);
        if (watchers.Count == 0 && loading is not null && await loading is { Succeeded: true, Value: var loaded } && loaded.Writer.Length > DocumentOptions.LargeUnits) DeactivateOnIdle();
    }

    public Task SetCursorAsync(CursorMoved cursor)
    {
        cursors.Set(cursor);
        return watchers.Notify(watcher => watcher.CursorMovedAsync(cursor));
    }

    public async Task<Outcome<DocumentText>> ReadAsync()
    {
        var outcome = await LoadAsync();
        return outcome.Succeeded ? TextOf(outcome.Value.Writer) : outcome.Refusal;
    }

    public async Task<Outcome<DocumentText>> EditAsync(Actor actor, string baseText, long? baseRevision, string newText)
    {
        var outcome = await LoadAsync();
        if (!outcome.Succeeded) return outcome.Refusal;
        var writer = outcome.Value.Writer;
        if (TextOperation.Check(newText) != TextFault.None || newText.Contains('\0', StringComparison.Ordinal))
        {
            return new Refusal(422, "invalid-text", "The new text has a carriage return, a NUL or half a surrogate pair.", "newText");
        }

        if (newText.Length > options.Value.LargestDocument) return new Refusal(413, "too-large", $"A document has at most {options.Value.LargestDocument} units.", "newText");

        var change = TextDiff.Between(baseText, newText);
        var rebased = baseRevision is { } revision && writer.TextAt(revision) == baseText
            ? writer.Rebase(change, revision)
            : TextOperation.Transform(TextDiff.Between(baseText, writer.Text), change).Later;
        await SubmitAsync(writer, actor, rebased!);
        return TextOf(writer);
    }

    public async Task<Outcome<DocumentText>> UndoAsync(Actor actor, long? fromRevision, long? toRevision)
    {
        var outcome = await LoadAsync();
        if (!outcome.Succeeded) return outcome.Refusal;
        var writer = outcome.Value.Writer;
        var edits = await writer.EditsAfterAsync((fromRevision ?? 1) - 1, ending.Token);
        if (fromRevision is { } from && edits.Count > 0 && edits[0].Revision > from)
        {
            return new Refusal(410, "history-trimmed", "These edits are too old to be taken back one by one.");
        }

        var undo = Undo.Of(edits, edit => edit.Author.Actor.Id == actor.Id && edit.Revision <= (toRevision ?? long.MaxValue));
        await SubmitAsync(writer, actor, undo);
        return TextOf(writer);
    }

    public async Task<Refusal?> WriteAsync(Actor actor, byte[] content, WriteBasis basis)
    {
        var outcome = await LoadAsync();
        if (!outcome.Succeeded) return outcome.Refusal;
        var replaced = await outcome.Value.File.ReplaceAsync(actor, content, basis, ending.Token);
        return replaced.Refusal is { Status: StatusCodes.Status412PreconditionFailed } ? replaced.Refusal : (await SettleAsync(outcome.Value, replaced)).Refusal;
    }

    public async Task<long?> SaveAsync()
    {
        var outcome = await LoadAsync();
        if (!outcome.Succeeded) return null;
        var saved = await SaveAsync(outcome.Value);
        return saved.IsGone ? null : saved.Revision;
    }

    public async Task HoldAsync()
    {
        if (loading is null || await loading is not { Succeeded: true, Value: var loaded }) return;
        await loaded.File.HoldAsync(ending.Token);
        holdExpiry?.Dispose();
        holdExpiry = this.RegisterGrainTimer(_ => ReleaseAsync(), new GrainTimerCreationOptions(LongestHold, Timeout.InfiniteTimeSpan) { Interleave = true });
    }

    public async Task ReleaseAsync()
    {
        holdExpiry?.Dispose();
        holdExpiry = null;
        if (loading is not null && await loading is { Succeeded: true, Value: var loaded }) loaded.File.Release();
    }

    public async Task MovedAsync(string? to)
    {
        if (loading is not null && await loading is { Succeeded: true, Value: var loaded }) await EndAsync(loaded, to);
        else if (to is null) await journal.Store.ForgetAsync(key.ToString(), ending.Token);
        else await journal.Store.RenameAsync(key.ToString(), (key with { Path = to }).ToString(), ending.Token);
        await ReleaseAsync();
        DeactivateOnIdle();
    }

    private static DocumentText TextOf(DocumentWriter writer)
    {
        var (revision, text) = writer.DurableText();
        return new DocumentText(text, revision);
    }

    /// <summary>As small operations, one per place unless they are very many, each with the actor's cursor behind it; sequenced together, so nobody comes between.</summary>
    private async Task SubmitAsync(DocumentWriter writer, Actor actor, TextOperation change)
    {
        var hunks = TextDiff.Hunks(change).Take(MostHunks + 1).ToList();
        var submitted = (hunks.Count > MostHunks ? [change] : hunks).Select(hunk => (Hunk: hunk, Done: writer.SubmitOwnAsync(actor, hunk))).ToList();
        await Task.WhenAll(submitted.Select(one => one.Done));
        if (submitted.Count > 0)
        {
            if (actor.Kind == "agent" && key.Workspace.Checkout == WorkspaceRef.Live)
            {
                await GrainFactory.GetGrain<IPresenceGrain>(key.Workspace.ToString()).MovedAsync(actor.Id, actor, key.Path);
            }

            var (hunk, done) = submitted[^1];
            var place = hunk.Steps[^1].IsDelete ? hunk.RequiredLength + hunk.LengthDelta : hunk.RequiredLength + hunk.InsertedLength;
            await SetCursorAsync(new CursorMoved(actor, actor.Id, (await done).Revision, new[] { new CursorRange(place, place) }));
        }
    }
}
