using System.Text.Json.Nodes;
using CodexCloudIde.Api;
using CodexCloudIde.Audit;
using CodexCloudIde.Tenants;
using CodexCloudIde.Workspaces.Archives;

namespace CodexCloudIde.Workspaces;

/// <summary>Whole workspaces in and out.</summary>
internal static class ArchiveEndpoints
{
    public static void MapArchives(this RouteGroupBuilder group)
    {
        group.MapPut("/{w}/archive", (WorkspaceRequest request, WorkspaceArchives archives, AuditLog audit) => request.WhenAsync(Role.Developer, async workspace =>
        {
            await RecordAsync(audit, request, "workspace.archive.imported");
            return (await archives.PutAsync(workspace, request.Actor, request.OpenBody(), request.Aborted)).ToResult();
        }));

        group.MapGet("/{w}/archive", (WorkspaceRequest request, WorkspaceArchives archives, AuditLog audit) => request.WhenAsync(Role.Viewer, async workspace =>
        {
            await RecordAsync(audit, request, "workspace.archive.exported");
            return Results.Stream(to => archives.GetAsync(workspace, to, request.Aborted), "application/gzip", "workspace.tar.gz");
        }));
    }

    private static Task RecordAsync(AuditLog audit, WorkspaceRequest request, string type) => audit.AppendAsync(
        new AuditRecord(request.Caller.Tenant, request.Actor, type, $"workspace/{request.Id}", "allowed", new JsonObject()), request.Aborted);
}
