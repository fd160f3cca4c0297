using CodexCloudIde.Tenants;
using CodexCloudIde.Workspaces;

namespace CodexCloudIde.Agents;

/// <summary>Tasks that a caller may see: those of workspaces that the caller may.</summary>
internal sealed class TaskList(TaskStore store, WorkspaceAccess access)
{
    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<TaskState>> ReadAsync(
        Caller caller, WorkspaceId? workspace, string? state, long? before, int limit, CancellationToken cancellationToken)
    {
        var allowed = new Dictionary<WorkspaceId, bool>();
        var visible = new List<TaskState>();
        while (visible.Count < limit)
        {
            var rows = await store.ListAsync(caller.Tenant, workspace, state, before, limit, cancellationToken);
            foreach (var row in rows)
            {
                if (!allowed.TryGetValue(row.Workspace.Workspace, out var may))
                {
                    may = (await access.FindAsync(caller, row.Workspace.Workspace, Role.Viewer, cancellationToken)).Succeeded;
                    allowed[row.Workspace.Workspace] = may;
                }

                if (may)
                {
                    visible.Add(row);
                }

                before = row.UpdatedAt.UtcTicks;
            }

            if (rows.Count < limit)
            {
                break;
            }
        }

        return [.. visible.Take(limit)];
    }
}
