using System.Text.Json.Serialization;
using MessagePack;

namespace CodexCloudIde.Terminals;

// The hub's messages, exactly as API.md has them; keys are camelCase in both protocols, bytes are base64 in JSON.

/// <summary>Argument of <c>Open</c>.</summary>
[MessagePackObject]
public sealed record OpenTerminal(
    [property: Key("workspaceId")] string? WorkspaceId, [property: Key("columns")] int Columns = 80, [property: Key("rows")] int Rows = 24);

/// <summary>Answer of <c>Open</c> and <c>Attach</c>: the terminal, or why not. Attach also says where the output ended: up to there it is a replay.</summary>
[MessagePackObject]
public sealed record TerminalAnswer(
    [property: Key("terminalId"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? TerminalId,
    [property: Key("error"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Error = null,
    [property: Key("detail"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Detail = null,
    [property: Key("offset"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Offset = null);

/// <summary>Argument of <c>List</c>.</summary>
[MessagePackObject]
public sealed record ListTerminals([property: Key("workspaceId")] string? WorkspaceId);

/// <summary>Answer of <c>List</c>: the caller's own terminals in the workspace, the oldest first.</summary>
[MessagePackObject]
public sealed record TerminalList([property: Key("terminals")] IReadOnlyList<ListedTerminal> Terminals);

/// <summary>One terminal; attached: a connection has it.</summary>
[MessagePackObject]
public sealed record ListedTerminal([property: Key("terminalId")] string TerminalId, [property: Key("attached")] bool Attached);

/// <summary>Argument of <c>Input</c>.</summary>
[MessagePackObject]
public sealed record TerminalInput([property: Key("terminalId")] string? TerminalId, [property: Key("bytes")] byte[]? Bytes);

/// <summary>Argument of <c>Resize</c>.</summary>
[MessagePackObject]
public sealed record TerminalSize([property: Key("terminalId")] string? TerminalId, [property: Key("columns")] int Columns, [property: Key("rows")] int Rows);

/// <summary>Argument of <c>Acknowledge</c>: everything before the offset has been taken in.</summary>
[MessagePackObject]
public sealed record TerminalAcknowledgement([property: Key("terminalId")] string? TerminalId, [property: Key("offset")] long Offset);

/// <summary>Argument of <c>Attach</c>: send to this connection from now on, beginning at the offset.</summary>
[MessagePackObject]
public sealed record AttachTerminal([property: Key("terminalId")] string? TerminalId, [property: Key("fromOffset")] long FromOffset = 0);

/// <summary>Argument of <c>Close</c>.</summary>
[MessagePackObject]
public sealed record CloseTerminal([property: Key("terminalId")] string? TerminalId);

/// <summary>Event <c>Output</c>; the offset is of its first byte.</summary>
[MessagePackObject]
public sealed record TerminalOutput([property: Key("terminalId")] string TerminalId, [property: Key("offset")] long Offset, [property: Key("bytes")] byte[] Bytes);

/// <summary>Event <c>Exited</c>; no exit code when it was ended from outside.</summary>
[MessagePackObject]
public sealed record TerminalExited([property: Key("terminalId")] string TerminalId, [property: Key("exitCode")] int? ExitCode);
