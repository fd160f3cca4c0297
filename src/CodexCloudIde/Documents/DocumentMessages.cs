using System.Text.Json.Serialization;
using CodexCloudIde.Text;
using MessagePack;

namespace CodexCloudIde.Documents;

// The hub's messages, exactly as API.md has them; keys are camelCase in both protocols.

/// <summary>Argument of <c>Open</c>. A file of more than <c>mostBytes</c> is refused with <c>tooLarge</c>: for clients that ask before they open so much.</summary>
[MessagePackObject]
public sealed record OpenRequest(
    [property: Key("workspaceId")] string? WorkspaceId,
    [property: Key("path")] string? Path,
    [property: Key("checkout")] string? Checkout = null,
    [property: Key("knownRevision")] long? KnownRevision = null,
    [property: Key("mostBytes")] long? MostBytes = null);

/// <summary>Bounds that a client should keep to.</summary>
[MessagePackObject]
public sealed record DocumentLimits(
    [property: Key("operationUnits")] int OperationUnits,
    [property: Key("operationSteps")] int OperationSteps,
    [property: Key("operationsPerSecond")] int OperationsPerSecond,
    [property: Key("documentBytes")] int DocumentBytes);

/// <summary>Answer of <c>Open</c>: either text, or operations after the known revision, or an error.</summary>
[MessagePackObject]
public sealed record OpenResponse(
    [property: Key("documentId"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? DocumentId,
    [property: Key("revision"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Revision,
    [property: Key("text"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Text,
    [property: Key("operations"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<EditedMessage>? Operations,
    [property: Key("hash"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Hash,
    [property: Key("limits"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DocumentLimits? Limits,
    [property: Key("readOnly"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? ReadOnly = null,
    [property: Key("error"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Error = null,
    [property: Key("detail"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Detail = null,
    [property: Key("lineEnding"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? LineEnding = null,
    [property: Key("encoding"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Encoding = null,
    [property: Key("cursors"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<CursorMessage>? Cursors = null)
{
    internal static OpenResponse Refused(string error, string? detail = null) => new(null, null, null, null, null, null, null, error, detail);
}

/// <summary>Argument of <c>Submit</c>.</summary>
[MessagePackObject]
public sealed record SubmitRequest(
    [property: Key("documentId")] string? DocumentId,
    [property: Key("clientId")] string? ClientId,
    [property: Key("clientSequence")] long ClientSequence,
    [property: Key("baseRevision")] long BaseRevision,
    [property: Key("operation")] SentOperation Operation)
{
    /// <summary>In place of one whose message was too large to be read.</summary>
    internal static SubmitRequest TooLarge { get; } = new(null, null, 0, 0, SentOperation.Malformed);
}

/// <summary>Answer of <c>Submit</c>: the operation as sequenced and durable, or an error.</summary>
[MessagePackObject]
public sealed record SubmitResponse(
    [property: Key("revision"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Revision,
    [property: Key("operation"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] TextOperation? Operation,
    [property: Key("error"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Error = null)
{
    internal static SubmitResponse Refused(string error) => new(null, null, error);
}

/// <summary>Argument of <c>Close</c> and <c>Save</c>.</summary>
[MessagePackObject]
public sealed record DocumentRequest([property: Key("documentId")] string? DocumentId);

/// <summary>A cursor (both equal) or a selection, in UTF-16 units.</summary>
[MessagePackObject, GenerateSerializer, Immutable]
public sealed record CursorRange([property: Key("anchor"), Id(0)] int Anchor, [property: Key("head"), Id(1)] int Head);

/// <summary>Argument of <c>SetCursor</c>.</summary>
[MessagePackObject]
public sealed record CursorRequest(
    [property: Key("documentId")] string? DocumentId,
    [property: Key("revision")] long Revision,
    [property: Key("ranges")] IReadOnlyList<CursorRange>? Ranges);

/// <summary>Who it is, as shown to others.</summary>
[MessagePackObject]
public sealed record ActorMessage(
    [property: Key("id")] string Id, [property: Key("name")] string Name, [property: Key("kind")] string Kind);

/// <summary>Event <c>Edited</c>.</summary>
[MessagePackObject]
public sealed record EditedMessage(
    [property: Key("documentId")] string DocumentId,
    [property: Key("revision")] long Revision,
    [property: Key("clientId")] string ClientId,
    [property: Key("clientSequence")] long ClientSequence,
    [property: Key("actor")] ActorMessage Actor,
    [property: Key("operation")] TextOperation Operation);

/// <summary>Event <c>Cursor</c>. No ranges: it is gone. One person's windows are told apart by <c>source</c>.</summary>
[MessagePackObject]
public sealed record CursorMessage(
    [property: Key("documentId")] string DocumentId,
    [property: Key("actor")] ActorMessage Actor,
    [property: Key("source")] string Source,
    [property: Key("revision")] long Revision,
    [property: Key("ranges")] IReadOnlyList<CursorRange> Ranges);

/// <summary>Event <c>Reset</c>: what the client has is not what the server has; open again without a known revision.</summary>
[MessagePackObject]
public sealed record ResetMessage([property: Key("documentId")] string DocumentId, [property: Key("revision")] long Revision);

/// <summary>Events <c>Moved</c> (path: the new one; the document goes on) and <c>Gone</c> (no path).</summary>
[MessagePackObject]
public sealed record MovedMessage([property: Key("documentId")] string DocumentId, [property: Key("path")] string? Path);
