using System.Text.Json;
using CodexCloudIde.Documents;
using CodexCloudIde.Sandboxing;
using CodexCloudIde.Tenants;
using CodexCloudIde.Workspaces;

namespace CodexCloudIde.Executions.Running;

/// <summary>Brings what a run changed into the workspace: as operations where a document is open, as files elsewhere.</summary>
internal sealed class WriteBack(OpenDocuments documents, WorkspaceFolder folder, WorkspaceEvents events)
{
    /// <returns>Paths that were refused.</returns>
    public async Task<IReadOnlyList<string>> ApplyAsync(WorkspaceRef workspace, Actor actor, CollectedChanges collected, CancellationToken cancellationToken)
    {
        var refused = new List<string>();
        // A document that is not yet in its file would bring a deleted file back.
        await documents.MaterialiseAsync(workspace, cancellationToken);
        foreach (var change in collected.Changes)
        {
            if (change.Kind == ChangeKind.Deleted)
            {
                if (await folder.DeleteAsync(workspace, change.Path, cancellationToken) is not null)
                {
                    refused.Add(change.Path);
                    continue;
                }

                await documents.MovedAsync(workspace, change.Path, null, cancellationToken);
            }
            else if (change.Content is null || await documents.WriteAsync(workspace, change.Path, actor, change.Content, cancellationToken) is not null)
            {
                refused.Add(change.Path);
            }
        }

        if (collected.Changes.Count > 0)
        {
            var paths = collected.Changes.Select(change => change.Path).Take(200);
            events.Publish(workspace, new WorkspaceEvent("tree.changed", JsonSerializer.Serialize(new { paths }, RunJson.Options)));
        }

        return refused;
    }
}
