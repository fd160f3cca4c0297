using CodexCloudIde.Api;
using CodexCloudIde.Tenants;
using CodexCloudIde.Workspaces;

namespace CodexCloudIde.Documents;

/// <summary>A text with the revision that it is.</summary>
/// <param name="Text">LF inside.</param>
/// <param name="Revision">Dense, from 0; null when the document is not open (the file is the truth).</param>
public sealed record DocumentText(string Text, long? Revision);

/// <summary>
/// What the rest of the product does with documents: once a document is open it is the text and the file its materialisation.
/// </summary>
public sealed class OpenDocuments(WorkspaceFolder folder)
{
    /// <summary>Writes every open document of the checkout to its file; call before a run, test, archive, search or git command.</summary>
    /// <returns>Path → revision written.</returns>
    public Task<IReadOnlyDictionary<string, long>> MaterialiseAsync(WorkspaceRef workspace, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyDictionary<string, long>>(new Dictionary<string, long>());

    /// <summary>The text of a path, open or not; a refusal for binary, too large or missing.</summary>
    public Task<Outcome<DocumentText>> ReadAsync(WorkspaceRef workspace, string path, CancellationToken cancellationToken) =>
        throw new NotSupportedException($"{workspace} {path} {cancellationToken}");

    /// <summary>
    /// Turns <paramref name="baseText"/> (as read at <paramref name="baseRevision"/>) into <paramref name="newText"/> by small operations of
    /// <paramref name="actor"/>, transformed over what others typed since; opens the document if need be and creates a missing file.
    /// </summary>
    /// <returns>The text and revision afterwards, with everybody's edits in it.</returns>
    public Task<Outcome<DocumentText>> EditAsync(
        WorkspaceRef workspace, string path, Actor actor, string baseText, long? baseRevision, string newText, CancellationToken cancellationToken) =>
        throw new NotSupportedException($"{workspace} {path} {actor} {baseText} {baseRevision} {newText} {cancellationToken}");

    /// <summary>
    /// Takes back what <paramref name="actor"/> did to this document between two revisions, leaving everybody else's edits: inverse operations
    /// transformed over later ones. Null bounds: from the first to the last operation of that actor.
    /// </summary>
    public Task<Outcome<DocumentText>> UndoAsync(
        WorkspaceRef workspace, string path, Actor actor, long? fromRevision, long? toRevision, CancellationToken cancellationToken) =>
        throw new NotSupportedException($"{workspace} {path} {actor} {fromRevision} {toRevision} {cancellationToken}");

    /// <summary>Raw bytes by PUT or write-back: becomes operations where the document is open, else the file is replaced.</summary>
    public Task<Refusal?> WriteAsync(WorkspaceRef workspace, string path, Actor actor, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        folder.WriteAsync(workspace, path, content, cancellationToken);

    /// <summary>Files changed on disk by a terminal, git or write-back: open documents among them take the difference as operations.</summary>
    public Task ChangedOnDiskAsync(WorkspaceRef workspace, IReadOnlyCollection<string> paths, CancellationToken cancellationToken) =>
        Task.CompletedTask;

    /// <summary>Path (a file or folder) moved; open documents follow. <paramref name="to"/> null: deleted, open documents close as gone.</summary>
    public Task MovedAsync(WorkspaceRef workspace, string from, string? to, CancellationToken cancellationToken) =>
        Task.CompletedTask;
}
