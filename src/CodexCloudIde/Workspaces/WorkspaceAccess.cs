using CodexCloudIde.Api;
using CodexCloudIde.Storage;
using CodexCloudIde.Tenants;
using Microsoft.EntityFrameworkCore;

namespace CodexCloudIde.Workspaces;

/// <summary>A workspace as one caller sees it.</summary>
internal sealed record WorkspaceGrant(Workspace Workspace, Role Role)
{
    public WorkspaceRef Live => new(Workspace.TenantId, Workspace.Id);
}

/// <summary>
/// Is this caller allowed this workspace? The one place that answers it; foreign and missing are the same answer. An owner of the tenant is an owner of each of
/// its workspaces; everybody else has the role that the workspace gives them.
/// </summary>
public sealed class WorkspaceAccess
{
    private readonly TenantContexts contexts;

    internal WorkspaceAccess(TenantContexts contexts) => this.contexts = contexts;

    /// <summary>Resolves and authorises: the live checkout, or <see cref="Refusal.NotFound"/>, or 403 inside one's own tenant, or 409 while it is being imported.</summary>
    public async Task<Outcome<WorkspaceRef>> FindAsync(Caller caller, WorkspaceId workspace, Role needed, CancellationToken cancellationToken)
    {
        var found = await GrantAsync(caller, workspace, needed, cancellationToken);
        return !found.Succeeded ? found.Refusal : found.Value.Workspace.State switch
        {
            WorkspaceState.Importing => new Refusal(409, "importing", "The workspace is still being imported; wait until its state is ready."),
            WorkspaceState.ImportFailed => new Refusal(409, "import-failed", "The workspace's import failed; retry the import or delete the workspace."),
            _ => found.Value.Live,
        };
    }

    /// <summary>The same whatever state its files are in.</summary>
    internal async Task<Outcome<WorkspaceGrant>> GrantAsync(Caller caller, WorkspaceId workspace, Role needed, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        await using var context = contexts.Create(caller.Tenant);
        var row = await context.Set<Workspace>().AsNoTracking().SingleOrDefaultAsync(w => w.Id == workspace, cancellationToken);
        if (row is null)
        {
            return Refusal.NotFound;
        }

        // As it is now, not as it was when whoever asks for the caller (a task, hours later) began.
        var role = await context.Set<Membership>().Where(m => m.UserId == caller.User).Select(m => (Role?)m.Role).SingleOrDefaultAsync(cancellationToken) switch
        {
            null => (Role)0,
            Role.Owner => Role.Owner,
            _ => await context.Set<WorkspaceMember>().Where(m => m.WorkspaceId == workspace && m.UserId == caller.User).Select(m => m.Role).SingleOrDefaultAsync(cancellationToken),
        };
        return role >= needed ? new WorkspaceGrant(row, role) : Refusal.Forbidden(needed.ToString().ToLowerInvariant());
    }
}
