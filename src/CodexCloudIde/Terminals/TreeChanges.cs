using System.Text.Json;
using CodexCloudIde.Documents;
using CodexCloudIde.Sandboxing;
using CodexCloudIde.Workspaces;

namespace CodexCloudIde.Terminals;

/// <summary>Finds what programs changed in a workspace on disk, and tells documents and explorers.</summary>
internal sealed class TreeChanges
{
    private const int MostPaths = 200;

    private static readonly HashSet<string> Ignored = ["node_modules", ".git", ".venv", "venv", "__pycache__", "target", "bin", "obj", ".pytest_cache", ".mypy_cache"];

    private readonly string root;
    private readonly WorkspaceRef workspace;
    private readonly OpenDocuments documents;
    private readonly WorkspaceEvents events;
    private FolderSnapshot last;

    public TreeChanges(string root, WorkspaceRef workspace, OpenDocuments documents, WorkspaceEvents events)
    {
        this.root = root;
        this.workspace = workspace;
        this.documents = documents;
        this.events = events;
        last = FolderSnapshot.Take(root, Ignored);
    }

    public async Task LookAsync(CancellationToken cancellationToken)
    {
        var now = await Task.Run(() => FolderSnapshot.Take(root, Ignored), cancellationToken);
        var paths = now.ChangesSince(last);
        last = now;
        if (paths.Count == 0)
        {
            return;
        }

        await documents.ChangedOnDiskAsync(workspace, [.. paths], cancellationToken);
        // Very many: the whole tree.
        IEnumerable<string> named = paths.Count > MostPaths ? [""] : paths;
        events.Publish(workspace, new WorkspaceEvent("tree.changed", JsonSerializer.Serialize(new { paths = named }, JsonSerializerOptions.Web)));
    }
}
