using System.Collections.Concurrent;
using System.Text;
using CodexCloudIde.Api;
using CodexCloudIde.Workspaces.Disk;
using Microsoft.Extensions.Options;
using Microsoft.Win32.SafeHandles;

namespace CodexCloudIde.Workspaces;

/// <summary>What a person deleted is kept for a short while, so that it can be taken back exactly as it was, folders and modes included.</summary>
/// <remarks>
/// A deletion is a staging folder with the thing and a note of where it lay, so any process of a cluster can undo it. All that a workspace keeps
/// never takes more than its quota: the oldest go first, and what is too large by itself is not kept.
/// </remarks>
internal sealed class Deletions(WorkspaceFolder folder, IOptions<WorkspaceOptions> options, TimeProvider time) : IDisposable
{
    /// <summary>A little longer than the browser offers to undo.</summary>
    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(75);

    private const long MarginOfDisk = 64 << 20;

    private readonly ConcurrentDictionary<string, Kept> all = new(StringComparer.Ordinal);

    private sealed record Kept(WorkspaceRef Workspace, long Bytes, DateTimeOffset Since, ITimer Timer);

    /// <summary>Deletes; the deletion's id for <see cref="Undo"/>, or null where nothing is kept.</summary>
    public Outcome<string?> Delete(WorkspaceRef workspace, string path)
    {
        var id = Guid.NewGuid().ToString("N");
        if (folder.SetAside(workspace, path, NameOf(id)) is { } refusal)
        {
            folder.DiscardStaged(workspace, NameOf(id));
            return refusal;
        }

        if (Note(workspace, id, path) is not { } bytes)
        {
            folder.DiscardStaged(workspace, NameOf(id));
            return new Outcome<string?>(null, null);
        }

        MakeRoom(workspace, bytes);
        all[id] = new Kept(workspace, bytes, time.GetUtcNow(), time.CreateTimer(_ => Discard(id), null, KeptFor, Timeout.InfiniteTimeSpan));
        return id;
    }

    /// <summary>Puts it back; its path, or 404 when it is kept no longer, or 409 when something else is there by now.</summary>
    public Outcome<string> Undo(WorkspaceRef workspace, string id)
    {
        if (!Guid.TryParseExact(id, "N", out _))
        {
            return Refusal.NotFound;
        }

        string path;
        try
        {
            using var aside = folder.OpenStaged(workspace, NameOf(id));
            using var note = aside.FileToRead("path");
            path = Read(note);
        }
        catch (IOException failure) when (failure.HResult == Native.ENOENT)
        {
            return new Refusal(404, "not-found", "This deletion can no longer be taken back; it is kept for a minute.");
        }

        if (folder.PutBack(workspace, NameOf(id), path) is { } refusal)
        {
            return refusal;
        }

        Discard(id, workspace);
        return path;
    }

    public void Dispose()
    {
        foreach (var id in all.Keys)
        {
            Discard(id);
        }
    }

    /// <summary>Writes down where it lay. Its size, or null when it is not to be kept: too large, or the disk is so full that it was deleted for its space.</summary>
    private long? Note(WorkspaceRef workspace, string id, string path)
    {
        using var aside = folder.OpenStaged(workspace, NameOf(id));
        var bytes = DiskTree.Walk(aside, "", int.MaxValue, _ => true).Sum(node => node.Stat.Blocks);
        if (bytes > options.Value.Quota || folder.FreeSpace(workspace) < bytes + MarginOfDisk)
        {
            return null;
        }

        try
        {
            using var note = aside.NewFile("path");
            RandomAccess.Write(note, Encoding.UTF8.GetBytes(path), 0);
            return bytes;
        }
        catch (IOException failure) when (DiskRefusals.Of(failure) is not null)
        {
            return null;
        }
    }

    private static string NameOf(string id) => $"k{id}";

    private static string Read(SafeFileHandle note)
    {
        var bytes = new byte[RandomAccess.GetLength(note)];
        var read = RandomAccess.Read(note, bytes, 0);
        return Encoding.UTF8.GetString(bytes, 0, read);
    }

    private void MakeRoom(WorkspaceRef workspace, long bytes)
    {
        var kept = all.Where(one => one.Value.Workspace == workspace).OrderBy(one => one.Value.Since).ToList();
        var total = bytes + kept.Sum(one => one.Value.Bytes);
        foreach (var (id, one) in kept.TakeWhile(_ => total > options.Value.Quota))
        {
            total -= one.Bytes;
            Discard(id);
        }
    }

    private void Discard(string id, WorkspaceRef? undoneIn = null)
    {
        var workspace = undoneIn;
        if (all.TryRemove(id, out var kept))
        {
            kept.Timer.Dispose();
            workspace = kept.Workspace;
        }

        if (workspace is not null)
        {
            folder.DiscardStaged(workspace, NameOf(id));
        }
    }
}
