using CodexCloudIde.Api;
using CodexCloudIde.Documents.Files;
using CodexCloudIde.Tenants;
using CodexCloudIde.Workspaces;
using Microsoft.Extensions.Options;

namespace CodexCloudIde.Documents;

/// <summary>A text with the revision that it is.</summary>
/// <param name="Text">LF inside.</param>
/// <param name="Revision">Dense, from 0; null when the document is not open (the file is the truth).</param>
[GenerateSerializer, Immutable]
public sealed record DocumentText([property: Id(0)] string Text, [property: Id(1)] long? Revision);

/// <summary>
/// What the rest of the product does with documents: once a document is open it is the text and the file its materialisation.
/// </summary>
public sealed class OpenDocuments
{
    private readonly DocumentCalls calls;
    private readonly WorkspaceFolder folder;
    private readonly DocumentOptions options;

    internal OpenDocuments(DocumentCalls calls, WorkspaceFolder folder, IOptions<DocumentOptions> options) =>
        (this.calls, this.folder, this.options) = (calls, folder, options.Value);

    /// <summary>Writes every open document of the checkout to its file; call before a run, test, archive, search or git command.</summary>
    /// <returns>Path → revision written.</returns>
    public async Task<IReadOnlyDictionary<string, long>> MaterialiseAsync(WorkspaceRef workspace, CancellationToken cancellationToken)
    {
        var paths = await calls.OpenPathsAsync(workspace, cancellationToken);
        var saved = await Task.WhenAll(paths.Select(async path =>
            (Path: path, Revision: await calls.RetryAsync(new DocumentKey(workspace, path), document => document.SaveAsync(), cancellationToken))));
        return saved.Where(one => one.Revision is not null).ToDictionary(one => one.Path, one => one.Revision!.Value, StringComparer.Ordinal);
    }

    /// <summary>The text of a path, open or not; a refusal for binary, too large or missing.</summary>
    public async Task<Outcome<DocumentText>> ReadAsync(WorkspaceRef workspace, string path, CancellationToken cancellationToken)
    {
        var clean = WorkspacePath.Parse(path);
        if (!clean.Succeeded) return clean.Refusal;
        if (await IsOpenAsync(workspace, clean.Value, cancellationToken))
        {
            return await calls.RetryAsync(new DocumentKey(workspace, clean.Value), document => document.ReadAsync(), cancellationToken);
        }

        var disk = await folder.ReadAsync(workspace, clean.Value, options.LargestDocument * DocumentOptions.MostBytesPerUnit, cancellationToken);
        if (!disk.Succeeded) return disk.Refusal;
        var decoded = FileShape.Decode(disk.Value);
        if (!decoded.Succeeded) return decoded.Refusal;
        return decoded.Value.Text.Length > options.LargestDocument ? FileShape.TooLong(decoded.Value.Text.Length, options.LargestDocument) : new DocumentText(decoded.Value.Text, null);
    }

    /// <summary>
    /// Turns <paramref name="baseText"/> (as read at <paramref name="baseRevision"/>) into <paramref name="newText"/> by small operations of
    /// <paramref name="actor"/>, transformed over what others typed since; opens the document if need be and creates a missing file.
    /// </summary>
    /// <returns>The text and revision afterwards, with everybody's edits in it.</returns>
    public async Task<Outcome<DocumentText>> EditAsync(
        WorkspaceRef workspace, string path, Actor actor, string baseText, long? baseRevision, string newText, CancellationToken cancellationToken)
    {
        var clean = WorkspacePath.Parse(path);
        if (!clean.Succeeded) return clean.Refusal;
        var document = calls.Of(new DocumentKey(workspace, clean.Value));
        var edited = await document.EditAsync(actor, baseText, baseRevision, newText);
        if (edited.Refusal is not { Status: 404 }) return edited;

        var created = await folder.WriteAsync(workspace, clean.Value, ReadOnlyMemory<byte>.Empty, cancellationToken);
        return created is null ? await document.EditAsync(actor, "", null, newText) : created;
    }

    /// <summary>
    /// Takes back what <paramref name="actor"/> did to this document between two revisions, leaving everybody else's edits: inverse operations
    /// transformed over later ones. Null bounds: from the first to the last operation of that actor.
    /// </summary>
    public async Task<Outcome<DocumentText>> UndoAsync(
        WorkspaceRef workspace, string path, Actor actor, long? fromRevision, long? toRevision, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var clean = WorkspacePath.Parse(path);
        return clean.Succeeded ? await calls.Of(new DocumentKey(workspace, clean.Value)).UndoAsync(actor, fromRevision, toRevision) : clean.Refusal;
    }

    /// <summary>Raw bytes by PUT or write-back: becomes operations where the document is open, else the file is replaced. 412 when the basis is not, or no longer, known.</summary>
    public async Task<Refusal?> WriteAsync(
        WorkspaceRef workspace, string path, Actor actor, ReadOnlyMemory<byte> content, WriteBasis basis, CancellationToken cancellationToken)
    {
        var clean = WorkspacePath.Parse(path);
        if (!clean.Succeeded) return clean.Refusal;
        if (!await IsOpenAsync(workspace, clean.Value, cancellationToken)) return await folder.WriteAsync(workspace, clean.Value, content, cancellationToken);
        var refused = await calls.RetryAsync(new DocumentKey(workspace, clean.Value), document => document.WriteAsync(actor, content.ToArray(), basis), cancellationToken);
        return refused is { Status: 404 } ? await folder.WriteAsync(workspace, clean.Value, content, cancellationToken) : refused;
    }

    /// <summary>Files changed on disk by a terminal, git or write-back: open documents among them take the difference as operations.</summary>
    public async Task ChangedOnDiskAsync(WorkspaceRef workspace, IReadOnlyCollection<string> paths, CancellationToken cancellationToken)
    {
        var open = await calls.OpenPathsAsync(workspace, cancellationToken);
        await Task.WhenAll(open.Intersect(paths, StringComparer.Ordinal).Select(path =>
            calls.RetryAsync(new DocumentKey(workspace, path), document => document.SaveAsync(), cancellationToken)));
    }

    /// <summary>Before a path (a file or folder) is moved or deleted: its open documents leave their files alone until it is.</summary>
    internal async Task<DocumentHold> HoldAsync(WorkspaceRef workspace, string path, CancellationToken cancellationToken)
    {
        var held = (await calls.OpenPathsAsync(workspace, cancellationToken)).Where(open => open == path || open.StartsWith(path + "/", StringComparison.Ordinal)).ToList();
        await Task.WhenAll(held.Select(open => calls.Of(new DocumentKey(workspace, open)).HoldAsync()));
        return new DocumentHold(this, calls, workspace, path, held);
    }

    /// <summary>Path (a file or folder) moved; open documents follow. <paramref name="to"/> null: deleted, open documents close as gone.</summary>
    public async Task MovedAsync(WorkspaceRef workspace, string from, string? to, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var open = await calls.OpenPathsAsync(workspace, cancellationToken);
        var moved = open.Where(path => path.StartsWith(from + "/", StringComparison.Ordinal)).Append(from);
        foreach (var path in moved)
        {
            var target = to is null ? null : to + path[from.Length..];
            if (target is not null && open.Contains(target, StringComparer.Ordinal)) await calls.Of(new DocumentKey(workspace, target)).MovedAsync(null);
            await calls.Of(new DocumentKey(workspace, path)).MovedAsync(target);
            // What was typed while it moved is in the journal: under its new name it is written.
            if (target is not null && open.Contains(path, StringComparer.Ordinal))
            {
                await calls.RetryAsync(new DocumentKey(workspace, target), document => document.SaveAsync(), cancellationToken);
            }
        }
    }

    private async Task<bool> IsOpenAsync(WorkspaceRef workspace, string path, CancellationToken cancellationToken) =>
        (await calls.OpenPathsAsync(workspace, cancellationToken)).Contains(path, StringComparer.Ordinal);
}
