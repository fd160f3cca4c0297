using System.Text.Json;
using CodexCloudIde.Documents;
using CodexCloudIde.Sandboxing;
using CodexCloudIde.Tenants;
using CodexCloudIde.Workspaces;

namespace CodexCloudIde.Executions.Running;

/// <summary>Brings what a run changed into the workspace: as operations where a document is open, as files elsewhere.</summary>
internal sealed class WriteBack(OpenDocuments documents, WorkspaceFolder folder, WorkspaceEvents events)
{
    /// <param name="workspace">Where.</param>
    /// <param name="actor">Whose edits they are.</param>
    /// <param name="collected">What the run left.</param>
    /// <param name="seen">The revisions of the documents that the run saw: what was typed since is kept.</param>
    /// <param name="cancellationToken">Leaves it half done.</param>
    /// <returns>Paths that were refused.</returns>
    public async Task<IReadOnlyList<string>> ApplyAsync(
        WorkspaceRef workspace, Actor actor, CollectedChanges collected, IReadOnlyDictionary<string, long> seen, CancellationToken cancellationToken)
    {
        var refused = new List<string>();
        // A document that is not yet in its file would bring a deleted file back.
        var now = await documents.MaterialiseAsync(workspace, cancellationToken);
        foreach (var change in collected.Changes)
        {
            if (change.Kind == ChangeKind.Deleted)
            {
                await using var hold = await documents.HoldAsync(workspace, change.Path, cancellationToken);
                if (now.Any(open => IsWithin(open.Key, change.Path) && open.Value != seen.GetValueOrDefault(open.Key, WriteBasis.WhenOpened))
                    || await folder.DeleteAsync(workspace, change.Path, cancellationToken) is not null)
                {
                    refused.Add(change.Path);
                    continue;
                }

                await hold.MovedAsync(null);
            }
            else if (change.Content is null || await documents.WriteAsync(workspace, change.Path, actor, change.Content, BasisOf(change.Path), cancellationToken) is not null)
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

        WriteBasis BasisOf(string path) => new(seen.GetValueOrDefault(path, WriteBasis.WhenOpened));
    }

    private static bool IsWithin(string path, string folder) => path == folder || path.StartsWith(folder + "/", StringComparison.Ordinal);
}
