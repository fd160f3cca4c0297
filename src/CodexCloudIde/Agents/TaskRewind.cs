using CodexCloudIde.Api;

namespace CodexCloudIde.Agents;

/// <summary>Back to an item: the task's later edits are taken out of the files, newest first, others' stay; the conversation is cut there.</summary>
internal static class TaskRewind
{
    public static async Task<Refusal?> RestoreAsync(TaskSession session, TaskFiles files, TaskStore store, int item)
    {
        var (tenant, id) = (session.State.Workspace.Tenant, session.State.Id);
        foreach (var restore in await store.ReadRestoresAsync(tenant, id, item + 1, CancellationToken.None))
        {
            var changed = await files.ChangedAsync(restore.Path, CancellationToken.None);
            var text = (restore.Before, restore.After, changed.Text) switch
            {
                ({ } before, { } after, { } now) => ThreeWay.Rebase(before, after, now),
                (null, { } after, { } now) when after != now => ThreeWay.Rebase("", after, now),
                _ => restore.Before,
            };
            if (await files.PutAsync(changed, text, CancellationToken.None) is { } refusal)
            {
                return refusal;
            }

            await files.SettleAsync(restore.Path, changed.Base, text, CancellationToken.None);
        }

        await store.CutAsync(tenant, id, item, CancellationToken.None);
        return null;
    }
}
