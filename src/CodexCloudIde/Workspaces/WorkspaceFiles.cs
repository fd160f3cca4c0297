using CodexCloudIde.Api;
using CodexCloudIde.Documents;
using CodexCloudIde.Tenants;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace CodexCloudIde.Workspaces;

/// <summary>A file to be sent; whoever sends it disposes the content.</summary>
internal sealed record FileContent(Stream Content, string Tag);

internal sealed record FileWritten(string Tag, bool Created);

/// <summary>RFC 9110's preconditions of a write.</summary>
internal sealed record WriteCondition(IList<EntityTagHeaderValue> Match, IList<EntityTagHeaderValue> NoneMatch)
{
    public static WriteCondition None { get; } = new([], []);

    public static Refusal ChangedMeanwhile { get; } =
        new(412, "changed-meanwhile", "The file is not, or no longer, what If-Match names. Read it again and repeat the change on what it is now.");

    public bool IsEmpty => Match.Count == 0 && NoneMatch.Count == 0;

    /// <summary>As the request's headers say it; one that cannot be read is refused, for a write must not go ahead as if nothing had been asked.</summary>
    public static Outcome<WriteCondition> Of(HttpRequest request)
    {
        var headers = request.GetTypedHeaders();
        var condition = new WriteCondition(headers.IfMatch, headers.IfNoneMatch);
        return (Unread(HeaderNames.IfMatch, condition.Match) ?? Unread(HeaderNames.IfNoneMatch, condition.NoneMatch)) is { } unread ? unread : condition;

        Refusal? Unread(string name, IList<EntityTagHeaderValue> tags) => tags.Count == 0 && request.Headers.ContainsKey(name)
            ? new Refusal(400, "malformed-request", $"{name} holds quoted tags as the ETag header gave them, or *.", name)
            : null;
    }

    /// <summary>Null when it may be written; <paramref name="tag"/> is null when nothing is there.</summary>
    public Refusal? Check(string? tag)
    {
        var current = tag is null ? null : new EntityTagHeaderValue(tag);
        if (Match.Count > 0 && (current is null || !Match.Any(m => m.Equals(EntityTagHeaderValue.Any) || m.Compare(current, useStrongComparison: true))))
        {
            return ChangedMeanwhile;
        }

        return current is not null && NoneMatch.Any(m => m.Equals(EntityTagHeaderValue.Any) || m.Compare(current, useStrongComparison: false))
            ? new Refusal(412, "exists", "A file is at this path already.")
            : null;
    }
}

/// <summary>
/// Files as the API has them: the folder's bytes with the open documents' texts on top, preconditions, and news for whoever watches. Callers have authorised.
/// </summary>
internal sealed class WorkspaceFiles(
    WorkspaceFolder folder, Deletions deletions, OpenDocuments documents, WorkspaceEvents events, WorkspaceUsage usage, IOptions<WorkspaceOptions> options)
{
    // Up to here a tag is the hash of the content, and a write may concern an open document; larger files are streamed.
    private const int Small = 4 << 20;

    // Conditional writes to one path take turns in this process: checking and renaming are two steps.
    private readonly SemaphoreSlim[] turns = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1))];

    public async Task<Outcome<FileContent>> ReadAsync(WorkspaceRef workspace, string path, CancellationToken cancellationToken)
    {
        await documents.MaterialiseAsync(workspace, cancellationToken);
        var opened = folder.OpenFile(workspace, path);
        if (!opened.Succeeded)
        {
            return opened.Refusal;
        }

        var file = opened.Value;
        if (file.Stat.Size > Small)
        {
            return new FileContent(new FileStream(file.Handle, FileAccess.Read, bufferSize: 0, isAsync: false), FileTag.Of(file.Stat));
        }

        using (file)
        {
            var content = new byte[file.Stat.Size];
            var length = 0;
            for (int read; length < content.Length && (read = RandomAccess.Read(file.Handle, content.AsSpan(length), length)) > 0;)
            {
                length += read;
            }

            return new FileContent(new MemoryStream(content, 0, length, writable: false), FileTag.Of(content.AsSpan(0, length)));
        }
    }

    public async Task<Outcome<FileWritten>> WriteAsync(
        WorkspaceRef workspace, string path, Actor actor, Stream body, long? length, WriteCondition condition, CancellationToken cancellationToken)
    {
        if (length > options.Value.LargestFile)
        {
            return WorkspaceFolder.TooLarge(options.Value.LargestFile);
        }

        if (length > usage.RoomLeft(workspace, folder))
        {
            return WorkspaceUsage.Full(options.Value.Quota);
        }

        // Read ahead before taking the turn: a slow client keeps nobody waiting.
        var start = new byte[(int)Math.Min(length ?? Small, Small) + 1];
        var known = await body.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken);
        var turn = turns[(uint)HashCode.Combine(workspace, path) % turns.Length];
        await turn.WaitAsync(cancellationToken);
        try
        {
            var before = await TagAsync(workspace, path, condition.IsEmpty, cancellationToken);
            if (before.Refusal is { } unreadable)
            {
                return unreadable;
            }

            if (condition.Check(before.Value) is { } failed)
            {
                return failed;
            }

            Refusal? refusal;
            if (known < start.Length)
            {
                // What is typed after the condition was found true makes it false.
                var basis = condition.IsEmpty ? WriteBasis.Newest : new WriteBasis(Tag: before.Value);
                refusal = await documents.WriteAsync(workspace, path, actor, start.AsMemory(0, known), basis, cancellationToken);
            }
            else
            {
                await using var whole = new Archives.PrefixedStream(start.AsMemory(0, known), body);
                refusal = await folder.WriteAsync(workspace, path, whole, options.Value.LargestFile, cancellationToken);
                await documents.ChangedOnDiskAsync(workspace, [path], cancellationToken);
            }

            if (refusal is not null)
            {
                return refusal;
            }

            events.Publish(workspace, WorkspaceEvent.TreeChanged(path));
            var after = await TagAsync(workspace, path, false, cancellationToken);
            return after.Refusal is { } gone ? gone : new FileWritten(after.Value ?? "\"\"", before.Value is null);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>The deletion's id, by which <see cref="UndoDeletion"/> takes it back; null when it cannot be.</summary>
    public async Task<Outcome<string?>> DeleteAsync(WorkspaceRef workspace, string path, WriteCondition condition, CancellationToken cancellationToken)
    {
        if (!condition.IsEmpty)
        {
            var tag = await TagAsync(workspace, path, false, cancellationToken);
            if (tag.Refusal is { } unreadable)
            {
                return unreadable;
            }

            if (condition.Check(tag.Value) is { } failed)
            {
                return failed;
            }
        }

        // What is typed last is part of what may be taken back.
        await documents.MaterialiseAsync(workspace, cancellationToken);
        await using var hold = await documents.HoldAsync(workspace, path, cancellationToken);
        var deleted = await Task.Run(() => deletions.Delete(workspace, path), cancellationToken);
        if (deleted.Refusal is not null)
        {
            return deleted;
        }

        await hold.MovedAsync(null);
        events.Publish(workspace, WorkspaceEvent.TreeChanged(path));
        return deleted;
    }

    public Refusal? UndoDeletion(WorkspaceRef workspace, string deletion)
    {
        var restored = deletions.Undo(workspace, deletion);
        if (!restored.Succeeded)
        {
            return restored.Refusal;
        }

        events.Publish(workspace, WorkspaceEvent.TreeChanged(restored.Value));
        return null;
    }

    public async Task<Refusal?> MoveAsync(WorkspaceRef workspace, string from, string to, CancellationToken cancellationToken)
    {
        var (source, target) = (WorkspacePath.Parse(from, field: "from"), WorkspacePath.Parse(to, field: "to"));
        if (!source.Succeeded || !target.Succeeded)
        {
            return source.Refusal ?? target.Refusal;
        }

        await documents.MaterialiseAsync(workspace, cancellationToken);
        await using var hold = await documents.HoldAsync(workspace, source.Value, cancellationToken);
        if (await folder.MoveAsync(workspace, source.Value, target.Value, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        await hold.MovedAsync(target.Value);
        events.Publish(workspace, WorkspaceEvent.TreeChanged(source.Value, target.Value));
        return null;
    }

    public async Task<Refusal?> MakeFolderAsync(WorkspaceRef workspace, string path, CancellationToken cancellationToken)
    {
        if (await folder.MakeFolderAsync(workspace, path, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        events.Publish(workspace, WorkspaceEvent.TreeChanged(path));
        return null;
    }

    /// <summary>The tag of what is there; null value when nothing is. <paramref name="onlyWhether"/>: any tag will do.</summary>
    private async Task<Outcome<string?>> TagAsync(WorkspaceRef workspace, string path, bool onlyWhether, CancellationToken cancellationToken)
    {
        if (onlyWhether)
        {
            var found = folder.Find(workspace, path);
            return found.Refusal is { Status: not 404 } refusal ? refusal : new Outcome<string?>(found.Refusal is null ? "\"\"" : null, null);
        }

        var read = await ReadAsync(workspace, path, cancellationToken);
        if (read.Refusal is { } unread)
        {
            return unread.Status == 404 ? new Outcome<string?>(null, null) : unread;
        }

        await read.Value!.Content.DisposeAsync();
        return read.Value.Tag;
    }
}
