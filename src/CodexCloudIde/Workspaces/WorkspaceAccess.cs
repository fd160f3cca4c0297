using CodexCloudIde.Api;
using CodexCloudIde.Tenants;

namespace CodexCloudIde.Workspaces;

/// <summary>Is this caller allowed this workspace? The one place that answers it; foreign and missing are the same answer.</summary>
public sealed class WorkspaceAccess
{
    /// <summary>Resolves and authorises: the live checkout, or <see cref="Refusal.NotFound"/>, or 403 inside one's own tenant.</summary>
    public Task<Outcome<WorkspaceRef>> FindAsync(Caller caller, WorkspaceId workspace, Role needed, CancellationToken cancellationToken) =>
        throw new NotSupportedException($"{caller} {workspace} {needed} {cancellationToken}");
}
