using System.Collections.Concurrent;
using CodexCloudIde.Api;
using CodexCloudIde.Workspaces.Disk;
using Microsoft.Extensions.Options;

namespace CodexCloudIde.Workspaces;

/// <summary>
/// How much of its quota a workspace has used. Measured by walking, which a write must not wait for each time: what was measured is kept for a while and
/// what the server writes itself is added. What a sandbox writes is bounded by the sandbox's own disk limit and noticed at the next measurement.
/// </summary>
public sealed class WorkspaceUsage(IOptions<WorkspaceOptions> options, TimeProvider time)
{
    private static readonly TimeSpan KeptFor = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<(Guid Tenant, Guid Workspace), Measured> known = new();

    private sealed record Measured(long Bytes, DateTimeOffset At);

    /// <summary>Bytes that may still be written, never negative.</summary>
    public long RoomLeft(WorkspaceRef workspace, WorkspaceFolder folder) => Math.Max(0, options.Value.Quota - Used(workspace, folder));

    /// <summary>Bytes on disk, of the checkout.</summary>
    public long Used(WorkspaceRef workspace, WorkspaceFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var now = time.GetUtcNow();
        if (known.TryGetValue(Key(workspace), out var measured) && now - measured.At < KeptFor)
        {
            return measured.Bytes;
        }

        using var root = folder.OpenRoot(workspace);
        var bytes = DiskTree.Walk(root, "", int.MaxValue, _ => true).Sum(node => node.Stat.Blocks);
        known[Key(workspace)] = new Measured(bytes, now);
        return bytes;
    }

    /// <summary>Written by the server.</summary>
    public void Add(WorkspaceRef workspace, long bytes)
    {
        if (known.TryGetValue(Key(workspace), out var measured))
        {
            known.TryUpdate(Key(workspace), measured with { Bytes = measured.Bytes + bytes }, measured);
        }
    }

    /// <summary>Measured afresh next time.</summary>
    public void Forget(WorkspaceRef workspace) => known.TryRemove(Key(workspace), out _);

    internal static Refusal Full(long quota) => new(
        413, "workspace-full", $"The workspace's quota of {quota >> 20} MiB would be exceeded, so nothing was written. Delete what is not needed or ask an operator for more.");

    private static (Guid Tenant, Guid Workspace) Key(WorkspaceRef workspace)
    {
        ArgumentNullException.ThrowIfNull(workspace);
        return (workspace.Tenant.Value, workspace.Workspace.Value);
    }
}
