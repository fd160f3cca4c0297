using CodexCloudIde.Api;
using CodexCloudIde.Documents.History;
using CodexCloudIde.Tenants;
using CodexCloudIde.Text;
using Orleans.Concurrency;

namespace CodexCloudIde.Documents;

/// <summary>The single writer of one document; the key is a <see cref="DocumentKey"/>. Callers have authorised the caller for the workspace.</summary>
internal interface IDocumentGrain : IGrainWithStringKey
{
    /// <summary>The text, or the edits after <paramref name="knownRevision"/>. 404 when there is no such file, 415 when it is no text, 413 when it is too large.</summary>
    Task<Outcome<DocumentState>> OpenAsync(TenantId tenant, long? knownRevision);

    /// <summary>Sequences an edit; completes when it is durable. Safe to repeat.</summary>
    Task<SubmitResult> SubmitAsync(TenantId tenant, SubmittedEdit edit);

    /// <summary>Several, of one client or many, in this order; completes when all are durable. Safe to repeat.</summary>
    Task<IReadOnlyList<SubmitResult>> SubmitAsync(TenantId tenant, IReadOnlyList<SubmittedEdit> edits);

    /// <summary>From now on, or still, this process hears what happens. Returns the newest published revision and the writer's epoch.</summary>
    Task<Outcome<Watching>> WatchAsync(IDocumentObserver observer);

    Task UnwatchAsync(IDocumentObserver observer);

    [OneWay]
    Task SetCursorAsync(CursorMoved cursor);

    Task<Outcome<DocumentText>> ReadAsync();

    /// <summary>See <see cref="OpenDocuments.EditAsync"/>.</summary>
    Task<Outcome<DocumentText>> EditAsync(Actor actor, string baseText, long? baseRevision, string newText);

    /// <summary>See <see cref="OpenDocuments.UndoAsync"/>.</summary>
    Task<Outcome<DocumentText>> UndoAsync(Actor actor, long? fromRevision, long? toRevision);

    /// <summary>Changes before a revision, newest first; as far back as history reaches.</summary>
    Task<Outcome<DocumentTimeline>> TimelineAsync(TenantId tenant, long? before, int limit);

    /// <summary>The text as it was. 410 when history does not reach so far.</summary>
    Task<Outcome<DocumentText>> TextAtAsync(TenantId tenant, long revision);

    /// <summary>Who wrote each line.</summary>
    Task<Outcome<DocumentBlame>> BlameAsync(TenantId tenant);

    /// <summary>Gives it the text of an older revision, by edits of <paramref name="actor"/>.</summary>
    Task<Outcome<DocumentText>> RestoreAsync(TenantId tenant, Actor actor, long revision);

    /// <summary>Takes back the edits from one revision to another, whoever made them; what followed stays.</summary>
    Task<Outcome<DocumentText>> RevertAsync(TenantId tenant, Actor actor, long from, long to);

    /// <summary>The file's new content: what differs becomes edits of <paramref name="actor"/>. 415 when it is no text: the document ends and the file is theirs.</summary>
    Task<Refusal?> WriteAsync(Actor actor, byte[] content, WriteBasis basis);

    /// <summary>Takes in what changed on disk, then writes the file if it is behind.</summary>
    /// <returns>The revision that the file has; null when the document is gone.</returns>
    Task<long?> SaveAsync();

    /// <summary>Leaves the file alone until <see cref="MovedAsync"/>, <see cref="ReleaseAsync"/>, or for half a minute. Returns when a save under way is done.</summary>
    Task HoldAsync();

    Task ReleaseAsync();

    /// <summary>The file is elsewhere now, or deleted.</summary>
    Task MovedAsync(string? to);
}

/// <summary>A process that has the document open for somebody.</summary>
internal interface IDocumentObserver : IGrainObserver
{
    [OneWay]
    Task EditedAsync(PublishedEdits edits);

    [OneWay]
    Task CursorMovedAsync(CursorMoved cursor);

    [OneWay]
    Task MovedAsync(string? to);
}

/// <summary>Answer of <see cref="IDocumentGrain.OpenAsync"/>.</summary>
[GenerateSerializer, Immutable]
internal sealed record DocumentState(
    [property: Id(0)] string DocumentId,
    [property: Id(1)] long Revision,
    [property: Id(2)] string? Text,
    [property: Id(3)] IReadOnlyList<PublishedEdit>? Edits,
    [property: Id(4)] string Hash,
    [property: Id(5)] string LineEnding,
    [property: Id(6)] string Encoding,
    [property: Id(7)] IReadOnlyList<CursorMoved> Cursors,
    [property: Id(8)] int Length);

/// <summary>An edit on its way to the grain.</summary>
[GenerateSerializer, Immutable]
internal sealed record SubmittedEdit(
    [property: Id(0)] string ClientId,
    [property: Id(1)] long ClientSequence,
    [property: Id(2)] long BaseRevision,
    [property: Id(3)] TextOperation Operation,
    [property: Id(4)] Actor Actor);

/// <summary>An edit in its place; durable.</summary>
[GenerateSerializer, Immutable]
internal sealed record PublishedEdit(
    [property: Id(0)] long Revision,
    [property: Id(1)] string ClientId,
    [property: Id(2)] long ClientSequence,
    [property: Id(3)] Actor Actor,
    [property: Id(4)] TextOperation Operation);

/// <summary>Edits in order, without gaps.</summary>
[GenerateSerializer, Immutable]
internal sealed record PublishedEdits([property: Id(0)] long Epoch, [property: Id(1)] IReadOnlyList<PublishedEdit> Edits);

/// <summary>Revision and operation, or an error code of API.md. The epoch tells a process that the writer has changed and must be watched anew.</summary>
[GenerateSerializer, Immutable]
internal sealed record SubmitResult(
    [property: Id(0)] long Epoch, [property: Id(1)] long Revision, [property: Id(2)] TextOperation? Operation, [property: Id(3)] string? Error);

[GenerateSerializer, Immutable]
internal sealed record Watching([property: Id(0)] long Epoch, [property: Id(1)] long Revision);

/// <summary>Somebody's cursors and selections; none: they are gone.</summary>
[GenerateSerializer, Immutable]
internal sealed record CursorMoved(
    [property: Id(0)] Actor Actor, [property: Id(1)] string Source, [property: Id(2)] long Revision, [property: Id(3)] IReadOnlyList<CursorRange> Ranges);

/// <summary>Carries operations between silos; inside one they are passed as they are, being immutable.</summary>
[GenerateSerializer]
internal struct TextOperationSurrogate
{
    [Id(0)]
    public string Json;
}

[RegisterConverter]
internal sealed class TextOperationConverter : IConverter<TextOperation, TextOperationSurrogate>
{
    public TextOperation ConvertFromSurrogate(in TextOperationSurrogate surrogate) =>
        System.Text.Json.JsonSerializer.Deserialize<TextOperation>(surrogate.Json)!;

    public TextOperationSurrogate ConvertToSurrogate(in TextOperation value) => new() { Json = value.ToString() };
}
