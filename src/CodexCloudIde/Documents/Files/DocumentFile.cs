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
    private bool isHeld;

    /// <summary>Of the text that the file had when the document was opened; null until it is.</summary>
    private long? openedRevision;

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

    /// <summary>No save begins until <see cref="Release"/>; one that is under way is waited for.</summary>
    public async Task HoldAsync(CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        isHeld = true;
    }

    /// <summary>Without a hold it does nothing.</summary>
    public void Release()
    {
        if (!isHeld) return;
        isHeld = false;
        turn.Release();
    }

    /// <summary>Takes in what changed on disk, then writes what is newer here.</summary>
    public async Task<Result> SaveAsync(CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            // It moved while this waited: the file of this name is not its own any more.
            if (writer.IsBroken) return new Result(mark.Saved.Revision, false, IsGone: true);
            var disk = await ReadAsync(cancellationToken);
            if (!disk.Succeeded)
            {
                // Deleted by others: gone, unless somebody has typed since, which must not be lost.
                return disk.Refusal.Status == 404 && IsBehind ? await CatchUpAsync([], cancellationToken) : new Result(mark.Saved.Revision, false, IsGone: true);
            }

            if (!await TakeInAsync(disk.Value)) return new Result(mark.Saved.Revision, false, IsGone: true);
            openedRevision ??= writer.Revision;
            return await CatchUpAsync(disk.Value, cancellationToken);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>New content for the file: what differs becomes an edit, and is rebased over what was typed since it was made.</summary>
    /// <param name="actor">Whose edit it is.</param>
    /// <param name="content">The file's new bytes.</param>
    /// <param name="basis">What the content was made from.</param>
    /// <param name="cancellationToken">Gives up waiting for a save.</param>
    public async Task<Result> ReplaceAsync(Actor actor, byte[] content, WriteBasis basis, CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            var before = basis.Tag is null ? default : await ReadAsync(cancellationToken);
            // From here to the edit nothing is awaited: nobody types between.
            if (basis.Tag is { } tag && tag != FileTag.Of(mark.Shape.Encode(writer.Text, before.Value))) return Refused(WriteCondition.ChangedMeanwhile);
            if (FileShape.Decode(content) is not { Succeeded: true, Value: var decoded } || decoded.Text.Length > options.LargestDocument)
            {
                var refused = await WriteAsync(content, cancellationToken);
                return new Result(mark.Saved.Revision, refused is null, IsGone: refused is null, refused);
            }

            if (Rebased(decoded.Text, basis) is not { } change) return Refused(WriteCondition.ChangedMeanwhile);
            mark = mark with { Shape = decoded.Shape };
            if (!change.IsIdentity) await writer.SubmitOwnAsync(actor, change);
            return await CatchUpAsync(content, cancellationToken, force: true);
        }
        finally
        {
            turn.Release();
        }

        Result Refused(Refusal refusal) => new(mark.Saved.Revision, false, Refusal: refusal);
    }

    /// <summary>The edit that makes the text; null when what it was made from is not known any more.</summary>
    private TextOperation? Rebased(string text, WriteBasis basis)
    {
        if (basis.Revision is not { } revision) return TextDiff.Between(writer.Text, text);
        var made = revision == WriteBasis.WhenOpened ? openedRevision ?? writer.Revision : revision;
        return writer.TextAt(made) is { } since ? writer.Rebase(TextDiff.Between(since, text), made) : null;
    }

    /// <summary>False when the bytes are no text.</summary>
    private async Task<bool> TakeInAsync(byte[] bytes)
    {
        var hash = SavedFile.Of(0, bytes).Hash;
        if (mark.RevisionOf(hash) is { } ours)
        {
            if (ours != mark.Saved.Revision) mark = mark with { Saved = new SavedFile(ours, hash), Saving = null, Found = null };
            return true;
        }

        if (FileShape.Decode(bytes) is not { Succeeded: true, Value: var found }) return false;

        var change = ChangeTo(found.Text);
        var saved = change is null or { IsIdentity: true } ? mark.Saved.Revision : IsBehind ? writer.Revision : writer.Revision + 1;
        // Nothing is awaited before the edit has its place, so its revision is the next one.
        var next = mark with { Shape = found.Shape, Saved = new SavedFile(saved, hash), Saving = null, Found = IsBehind ? found.Text : null };
        mark = next;
        if (change is null or { IsIdentity: true }) return true;
        await writer.SubmitOwnAsync(Actor.System, change, _ => (next.Encode(), saved));
        return true;
    }

    /// <summary>What others did to the file, as an edit of the newest text; null when there is nothing to compare with: what was typed and acknowledged stays.</summary>
    private TextOperation? ChangeTo(string found) => mark.Found is { } text ? TextOperation.Transform(TextDiff.Between(text, writer.Text), TextDiff.Between(text, found)).Later
        : writer.TextAt(mark.Saved.Revision) is { } since ? writer.Rebase(TextDiff.Between(since, found), mark.Saved.Revision) : null;

    private async Task<Result> CatchUpAsync(byte[] before, CancellationToken cancellationToken, bool force = false)
    {
        if (!IsBehind && !force) return new Result(mark.Saved.Revision, false);

        var revision = writer.Revision;
        var bytes = mark.Shape.Encode(writer.Text, before);
        var saving = SavedFile.Of(revision, bytes);
        if (saving.Hash != mark.Saved.Hash || force)
        {
            mark = mark with { Saving = saving };
            await writer.MarkAsync(mark.Encode(), mark.Saved.Revision);
            if (await WriteAsync(bytes, cancellationToken) is { } refusal) return new Result(mark.Saved.Revision, false, Refusal: refusal);
        }

        mark = mark with { Saved = saving, Saving = null, Found = null };
        await writer.MarkAsync(mark.Encode(), revision);
        return new Result(revision, true);
    }

    private Task<Outcome<byte[]>> ReadAsync(CancellationToken cancellationToken) =>
        OnItsOwnThread(() => folder.ReadAsync(key.Workspace, key.Path, options.LargestDocument * DocumentOptions.MostBytesPerUnit, cancellationToken), cancellationToken);

    private Task<Refusal?> WriteAsync(byte[] content, CancellationToken cancellationToken) =>
        OnItsOwnThread(() => folder.WriteAsync(key.Workspace, key.Path, content, cancellationToken), cancellationToken);

    // The kernel's calls block, a flush for as long as the disk likes: on the pool's few threads everybody's typing would wait for it.
    private static Task<T> OnItsOwnThread<T>(Func<Task<T>> use, CancellationToken cancellationToken) =>
        Task.Factory.StartNew(use, cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();
}
