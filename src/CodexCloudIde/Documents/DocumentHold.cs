using CodexCloudIde.Workspaces;

namespace CodexCloudIde.Documents;

/// <summary>
/// The open documents of a file or folder that is about to move or go: none of them is saved meanwhile, which would bring the old name back, or end because its
/// file is not there. Typing goes on. Disposing lets go of them if they did not move.
/// </summary>
internal sealed class DocumentHold(OpenDocuments documents, DocumentCalls calls, WorkspaceRef workspace, string from, IReadOnlyList<string> held) : IAsyncDisposable
{
    private bool moved;

    /// <summary>It has moved, or is deleted when <paramref name="to"/> is null: the documents follow.</summary>
    public async Task MovedAsync(string? to)
    {
        // From here on they are released by moving.
        moved = true;
        await documents.MovedAsync(workspace, from, to, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        if (!moved) await Task.WhenAll(held.Select(path => calls.Of(new DocumentKey(workspace, path)).ReleaseAsync()));
    }
}
