using CodexCloudIde.Api;
using CodexCloudIde.Documents;
using CodexCloudIde.Workspaces;

namespace CodexCloudIde.Agents;

/// <summary>A file of a branch task with what of it was accepted; <paramref name="Text"/> null: it is to go.</summary>
internal sealed record AcceptedFile(string Path, string? Base, string? Text);

/// <summary>
/// From a task's own checkout into the live one: what was accepted is merged with what people did to the same files since, three ways, and submitted as
/// operations of the task's actor. Where both changed the same lines nothing lands and the paths are named.
/// </summary>
internal sealed class TaskLanding(TaskSession session, OpenDocuments documents, WorkspaceFiles files, WorkspaceEvents events)
{
    private WorkspaceRef Live => session.State.Workspace with { Checkout = WorkspaceRef.Live };

    /// <summary>All of them or none.</summary>
    public async Task<Refusal?> LandAsync(IReadOnlyList<AcceptedFile> accepted, CancellationToken cancellationToken)
    {
        var (landings, conflicts) = (new List<(AcceptedFile File, DocumentText? Present, string? Text)>(), new List<string>());
        foreach (var file in accepted)
        {
            var read = await documents.ReadAsync(Live, file.Path, cancellationToken);
            if (!read.Succeeded && read.Refusal.Status != 404)
            {
                return read.Refusal;
            }

            var present = read.Succeeded ? read.Value : null;
            var (text, conflict) = (file.Base, file.Text, present?.Text) switch
            {
                var (_, to, now) when to == now => (to, false),
                var (was, to, now) when was == now => (to, false),
                ({ } was, { } to, { } now) => ThreeWay.Merge(to, was, now),
                _ => (null, true),
            };
            landings.Add((file, present, text));
            if (conflict)
            {
                conflicts.Add(file.Path);
            }
        }

        if (conflicts.Count > 0)
        {
            return new Refusal(409, "merge-conflict", $"Somebody changed the same lines meanwhile, so nothing was landed: {string.Join(", ", conflicts)}. Reject those changes, or have the task go on with a message.", "accept");
        }

        foreach (var (file, present, text) in landings.Where(landing => landing.Text != landing.Present?.Text))
        {
            if (await PutAsync(file.Path, present, text, cancellationToken) is { } refusal)
            {
                return refusal;
            }
        }

        return null;
    }

    /// <summary>Takes back what has landed of a file; what others typed in it stays.</summary>
    public async Task<Refusal?> TakeBackAsync(ChangedFile file, CancellationToken cancellationToken)
    {
        var read = await documents.ReadAsync(Live, file.Path, cancellationToken);
        if (!read.Succeeded)
        {
            return file.Base is not null && file.Text is null ? await PutAsync(file.Path, null, file.Base, cancellationToken) : null;
        }

        var undone = await documents.UndoAsync(Live, file.Path, session.Agent, null, null, cancellationToken);
        return !undone.Succeeded ? undone.Refusal : file.Base is null && undone.Value.Text.Length == 0 ? await PutAsync(file.Path, undone.Value, null, cancellationToken) : null;
    }

    private async Task<Refusal?> PutAsync(string path, DocumentText? present, string? text, CancellationToken cancellationToken)
    {
        if (text is null)
        {
            return (await files.DeleteAsync(Live, path, WriteCondition.None, cancellationToken)).Refusal;
        }

        var edited = await documents.EditAsync(Live, path, session.Agent, present?.Text ?? "", present?.Revision, text, cancellationToken);
        if (edited.Succeeded && present is null)
        {
            events.Publish(Live, WorkspaceEvent.TreeChanged(path));
        }

        return edited.Refusal;
    }
}
