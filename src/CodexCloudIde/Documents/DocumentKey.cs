using CodexCloudIde.Tenants;
using CodexCloudIde.Workspaces;

namespace CodexCloudIde.Documents;

/// <summary>Where a document belongs; its text form is the grain's key: tenant/workspace/checkout/path.</summary>
internal readonly record struct DocumentKey(WorkspaceRef Workspace, string Path)
{
    public static DocumentKey Parse(string text)
    {
        var parts = text.Split('/', 4);
        return new DocumentKey(new WorkspaceRef(TenantId.Parse(parts[0]), WorkspaceId.Parse(parts[1]), parts[2]), parts[3]);
    }

    public override string ToString() => $"{Workspace}/{Path}";
}
