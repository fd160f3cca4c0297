using System.Text;
using CodexCloudIde.Api;
using CodexCloudIde.Documents;
using CodexCloudIde.Tenants;
using CodexCloudIde.Workspaces;

namespace CodexCloudIde.Agents;

/// <summary>
/// The task's hand on the workspace's files: every edit goes through the documents as the task's own actor; what each file would be without the task is
/// kept beside (its base), carried along as others edit, so that a review, an undo and a rewind touch the task's edits only.
/// </summary>
internal sealed class TaskFiles(TaskSession session, TaskStore store, OpenDocuments documents, WorkspaceFiles workspaceFiles, WorkspaceEvents events)
{
    private readonly Dictionary<string, string> seen = new(StringComparer.Ordinal);

    /// <summary>Edits so far this turn.</summary>
    public int Edits { get; private set; }

    private WorkspaceRef Workspace => session.State.Workspace;

    private TenantId Tenant => Workspace.Tenant;

    /// <summary>Reads on the model's behalf: from now on it is told when somebody else changes the file.</summary>
    public async Task<Outcome<DocumentText>> ReadAsync(string path, CancellationToken cancellationToken)
    {
        var read = await documents.ReadAsync(Workspace, path, cancellationToken);
        if (read.Succeeded)
        {
            seen[path] = read.Value.Text;
        }

        return read;
    }

    public Task<Outcome<DocumentText>> PeekAsync(string path, CancellationToken cancellationToken) => documents.ReadAsync(Workspace, path, cancellationToken);

    public async Task<Outcome<DocumentText>> EditAsync(TaskItem item, string path, DocumentText? before, string text, CancellationToken cancellationToken)
    {
        var edited = await documents.EditAsync(Workspace, path, session.Agent, before?.Text ?? "", before?.Revision, text, cancellationToken);
        if (!edited.Succeeded)
        {
            return edited;
        }

        // It is in the workspace now: whatever is cancelled from here on, it must be known as the task's.
        Edits++;
        seen[path] = edited.Value.Text;
        await RememberAsync(item, path, before?.Text, text, edited.Value.Text);
        Appeared(path, before is null);
        return edited;
    }

    public async Task<Refusal?> DeleteAsync(TaskItem item, string path, DocumentText before, CancellationToken cancellationToken)
    {
        if (await RemoveAsync(path, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        Edits++;
        seen.Remove(path);
        await RememberAsync(item, path, before.Text, null, null);
        return null;
    }

    /// <summary>What others did to files that the model has read, as a note to it; null when nothing.</summary>
    public async Task<string?> NoticeAsync(CancellationToken cancellationToken)
    {
        var note = new StringBuilder();
        foreach (var (path, known) in seen.ToList())
        {
            var read = await documents.ReadAsync(Workspace, path, cancellationToken);
            if (read.Succeeded && read.Value.Text != known)
            {
                seen[path] = read.Value.Text;
                var (diff, _, _) = UnifiedDiff.Of(path, known, read.Value.Text, null);
                note.Append(diff.Length > 4_000 ? $"{path}: changed in many places; read it again before editing.\n" : diff);
            }
            else if (!read.Succeeded && read.Refusal.Status == 404)
            {
                seen.Remove(path);
                note.Append(path).Append(": deleted.\n");
            }
        }

        return note.Length == 0 ? null : $"Somebody else changed files that you have read. Keep their changes.\n\n{note}";
    }

    /// <summary>Puts a text in place as the task's actor: restores, reverts. Null deletes. What others typed since <paramref name="file"/> was read is kept.</summary>
    public async Task<Refusal?> PutAsync(ChangedFile file, string? text, CancellationToken cancellationToken)
    {
        if (text is null)
        {
            var read = await documents.ReadAsync(Workspace, file.Path, cancellationToken);
            if (!read.Succeeded)
            {
                return read.Refusal.Status == 404 ? null : read.Refusal;
            }

            // Somebody typed into it in this very moment: theirs stays.
            text = read.Value.Text == file.Text ? null : "";
            if (text is null)
            {
                return await RemoveAsync(file.Path, cancellationToken);
            }
        }

        var edited = await documents.EditAsync(Workspace, file.Path, session.Agent, file.Text ?? "", file.Revision, text, cancellationToken);
        Appeared(file.Path, edited.Succeeded && file.Text is null);
        return edited.Refusal;
    }

    /// <summary>Every file of the task: its base with others' edits carried in, and its present text.</summary>
    public async Task<IReadOnlyList<ChangedFile>> ChangedAsync(CancellationToken cancellationToken)
    {
        var changed = new List<ChangedFile>();
        foreach (var file in await store.ReadFilesAsync(Tenant, session.State.Id, cancellationToken))
        {
            var read = await documents.ReadAsync(Workspace, file.Path, cancellationToken);
            changed.Add(new ChangedFile(file.Path, Carried(file, read.Value?.Text), read.Value?.Text, read.Value?.Revision));
        }

        return changed;
    }

    /// <summary>The same of one file that the task has edited.</summary>
    public async Task<ChangedFile> ChangedAsync(string path, CancellationToken cancellationToken) =>
        (await ChangedAsync(cancellationToken)).First(file => file.Path == path);

    /// <summary>The task's edits to a file are settled, or partly taken back: this is its base and text now.</summary>
    public Task SettleAsync(string path, string? @base, string? text, CancellationToken cancellationToken) =>
        store.SaveFileAsync(new TaskFileRecord { TenantId = Tenant, TaskId = session.State.Id, Path = path, Base = @base, Known = text }, null, cancellationToken);

    private async Task<Refusal?> RemoveAsync(string path, CancellationToken cancellationToken) =>
        (await workspaceFiles.DeleteAsync(Workspace, path, WriteCondition.None, cancellationToken)).Refusal;

    /// <summary>For explorers: a file that was not there.</summary>
    private void Appeared(string path, bool isNew)
    {
        if (isNew)
        {
            events.Publish(Workspace, WorkspaceEvent.TreeChanged(path));
        }
    }

    private static string? Carried(TaskFileRecord file, string? current) => (file.Base, file.Known, current) switch
    {
        ({ } b, { } k, { } c) => ThreeWay.Rebase(b, k, c),
        (null, { } k, { } c) when k != c => ThreeWay.Rebase("", k, c) is { Length: > 0 } theirs ? theirs : null,
        _ => file.Base,
    };

    private async Task RememberAsync(TaskItem item, string path, string? before, string? written, string? current)
    {
        var file = (await store.ReadFilesAsync(Tenant, session.State.Id, CancellationToken.None)).FirstOrDefault(known => known.Path == path);
        var @base = file is null ? before : Carried(file, before);
        @base = Carried(new TaskFileRecord { TaskId = session.State.Id, Path = path, Base = @base, Known = written }, current);
        var restore = new TaskRestoreRecord
        {
            TenantId = Tenant, TaskId = session.State.Id, Item = int.Parse(item.Id[1..], provider: null), Path = path, Before = before, After = current,
        };
        await store.SaveFileAsync(
            new TaskFileRecord { TenantId = Tenant, TaskId = session.State.Id, Path = path, Base = @base, Known = current }, restore, CancellationToken.None);
    }
}

/// <param name="Path">The file.</param>
/// <param name="Base">Without the task's edits; null: it would not exist.</param>
/// <param name="Text">As it is; null: it does not exist.</param>
/// <param name="Revision">Of the text; null when it is not open.</param>
internal sealed record ChangedFile(string Path, string? Base, string? Text, long? Revision)
{
    public string Change => Base is null ? "added" : Text is null ? "deleted" : "modified";
}
