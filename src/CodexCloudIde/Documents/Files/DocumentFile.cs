using CodexCloudIde.Api;
using CodexCloudIde.Tenants;
using CodexCloudIde.Text;
using CodexCloudIde.Workspaces;

namespace CodexCloudIde.Documents.Files;

/// <summary>A document's file: the document's text goes to it, and what others do to it comes back as edits.</summary>
/// <remarks>
/// <para>
/// Before each save the file is read. If its bytes are not the ones written last, somebody else wrote: the difference between the text written last and the text
/// found is an edit of that older revision, and is rebased over what was typed since. The edit and the note that these bytes are now known go into the
/// journal in one transaction, so a crash at any moment takes the change in exactly once.
/// </para>
/// Saves follow one another; edits go on meanwhile.
/// </remarks>
internal sealed class DocumentFile(DocumentKey key, DocumentWriter writer, FileMark mark, WorkspaceFolder folder, DocumentOptions options)
{
    private readonly SemaphoreSlim turn = new(1);

    /// <summary>True when there are edits that the file does not have.</summary>
    public bool IsBehind => mark.Saved.Revision < writer.Revision;

    /// <summary>How the text lies in the file.</summary>
    public FileShape Shape => mark.Shape;

    /// <summary>What a save came to.</summary>
    /// <param name="Revision">That the file has now.</param>
    /// <param name="Wrote">Whether bytes were written.</param>
    /// <param name="IsGone">The file was deleted, or is no text any more.</param>
    /// <param name="Refusal">Why it could not be written: full, no permission. The edits are safe in the journal.</param>
    public readonly record struct Result(long Revision, bool Wrote, bool IsGone = false, Refusal? Refusal = null);

    /// <summary>Takes in what changed on disk, then writes what is newer here.</summary>
    public async Task<Result> SaveAsync(CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            var disk = await folder.ReadAsync(key.Workspace, key.Path, options.LargestFile * 4L, cancellationToken);
            if (!disk.Succeeded)
            {
                // Deleted by others: gone, unless somebody has typed since, which must not be lost.
                return disk.Refusal.Status == 404 && IsBehind ? await WriteAsync([], cancellationToken) : new Result(mark.Saved.Revision, false, IsGone: true);
            }

            return await TakeInAsync(disk.Value) ? await WriteAsync(disk.Value, cancellationToken) : new Result(mark.Saved.Revision, false, IsGone: true);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>New content for the file: the difference to the newest text becomes an edit.</summary>
    public async Task<Result> ReplaceAsync(Actor actor, byte[] content, CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            if (FileShape.Decode(content) is not { Succeeded: true, Value: var decoded } || decoded.Text.Length > options.LargestFile)
            {
                var refused = await folder.WriteAsync(key.Workspace, key.Path, content, cancellationToken);
                return new Result(mark.Saved.Revision, refused is null, IsGone: refused is null, refused);
            }

            mark = mark with { Shape = decoded.Shape };
            var difference = TextDiff.Between(writer.Text, decoded.Text);
            if (!difference.IsIdentity) await writer.SubmitOwnAsync(actor, difference);
            return await WriteAsync(content, cancellationToken, force: true);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>False when the bytes are no text.</summary>
    private async Task<bool> TakeInAsync(byte[] bytes)
    {
        var hash = SavedFile.Of(0, bytes).Hash;
        if (mark.RevisionOf(hash) is { } ours)
        {
            if (ours != mark.Saved.Revision) mark = mark with { Saved = new SavedFile(ours, hash), Saving = null };
            return true;
        }

        if (FileShape.Decode(bytes) is not { Succeeded: true, Value: var found }) return false;

        // Without the older text there is nothing to compare with: what was typed and acknowledged stays.
        var since = writer.TextAt(mark.Saved.Revision);
        var change = since is null ? null : writer.Rebase(TextDiff.Between(since, found.Text), mark.Saved.Revision);
        var wasBehind = IsBehind;
        var known = (long revision) => mark = mark with { Shape = found.Shape, Saved = new SavedFile(wasBehind ? revision - 1 : revision, hash), Saving = null };
        if (change is null or { IsIdentity: true })
        {
            mark = mark with { Shape = found.Shape, Saved = mark.Saved with { Hash = hash }, Saving = null };
            return true;
        }

        await writer.SubmitOwnAsync(Actor.System, change, revision =>
        {
            var next = known(revision);
            return (next.Encode(), next.Saved.Revision);
        });
        return true;
    }

    private async Task<Result> WriteAsync(byte[] before, CancellationToken cancellationToken, bool force = false)
    {
        if (!IsBehind && !force) return new Result(mark.Saved.Revision, false);

        var revision = writer.Revision;
        var bytes = mark.Shape.Encode(writer.Text, before);
        var saving = SavedFile.Of(revision, bytes);
        if (saving.Hash != mark.Saved.Hash || force)
        {
            mark = mark with { Saving = saving };
            await writer.MarkAsync(mark.Encode(), mark.Saved.Revision);
            if (await folder.WriteAsync(key.Workspace, key.Path, bytes, cancellationToken) is { } refusal) return new Result(mark.Saved.Revision, false, Refusal: refusal);
        }

        mark = mark with { Saved = saving, Saving = null };
        await writer.MarkAsync(mark.Encode(), revision);
        return new Result(revision, true);
    }
}
