using CodexCloudIde.Storage;
using CodexCloudIde.Tenants;
using CodexCloudIde.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace CodexCloudIde.Agents;

/// <summary>A published event of a task.</summary>
internal sealed record TaskEvent(long Sequence, string Name, string Json);

/// <summary>What one append writes, all or nothing.</summary>
internal sealed record TaskAppend(TaskState State, IReadOnlyList<TaskEvent> Events, IReadOnlyList<TaskMessageRecord> Messages);

/// <summary>Tasks on disk. An append is durable when it returns.</summary>
internal sealed class TaskStore(TenantContexts contexts)
{
    public async Task<TaskState?> FindAsync(TenantId tenant, string task, CancellationToken cancellationToken)
    {
        await using var context = contexts.Create(tenant);
        var json = await context.Set<TaskRecord>().Where(row => row.Id == task).Select(row => row.Json).FirstOrDefaultAsync(cancellationToken);
        return json is null ? null : TaskJson.Read<TaskState>(json);
    }

    /// <summary>Newest first.</summary>
    /// <param name="before">Only tasks updated before this (UTC ticks): the list's cursor.</param>
    public async Task<IReadOnlyList<TaskState>> ListAsync(
        TenantId tenant, WorkspaceId? workspace, string? state, long? before, int limit, CancellationToken cancellationToken)
    {
        await using var context = contexts.Create(tenant);
        var rows = context.Set<TaskRecord>().AsNoTracking();
        rows = workspace is { } id ? rows.Where(row => row.WorkspaceId == id) : rows;
        rows = state is null ? rows : rows.Where(row => row.State == state);
        rows = before is { } ticks ? rows.Where(row => row.UpdatedTicks < ticks) : rows;
        var found = await rows.OrderByDescending(row => row.UpdatedTicks).Take(limit).Select(row => row.Json).ToListAsync(cancellationToken);
        return found.ConvertAll(TaskJson.Read<TaskState>);
    }

    /// <summary>Tasks of every tenant that believe to be under way: what a dead process leaves behind.</summary>
    public async Task<IReadOnlyList<(TenantId Tenant, string Task)>> ListLiveAsync(CancellationToken cancellationToken)
    {
        await using var context = contexts.CreateSystem();
        string[] live = [TaskStates.Queued, TaskStates.Running, TaskStates.WaitingForApproval, TaskStates.Paused];
        var rows = await context.Set<TaskRecord>().AsNoTracking().Where(row => live.Contains(row.State)).Select(row => new { row.TenantId, row.Id }).ToListAsync(cancellationToken);
        return rows.ConvertAll(row => (row.TenantId, row.Id));
    }

    public async Task<IReadOnlyList<TaskEvent>> ReadEventsAsync(TenantId tenant, string task, long after, int limit, CancellationToken cancellationToken)
    {
        await using var context = contexts.Create(tenant);
        return await context.Set<TaskEventRecord>().AsNoTracking()
            .Where(row => row.TaskId == task && row.Sequence > after).OrderBy(row => row.Sequence).Take(limit)
            .Select(row => new TaskEvent(row.Sequence, row.Name, row.Json)).ToListAsync(cancellationToken);
    }

    public async Task<IReadOnlyList<TaskMessageRecord>> ReadMessagesAsync(TenantId tenant, string task, CancellationToken cancellationToken)
    {
        await using var context = contexts.Create(tenant);
        return await context.Set<TaskMessageRecord>().AsNoTracking().Where(row => row.TaskId == task).OrderBy(row => row.Number).ToListAsync(cancellationToken);
    }

    public async Task<IReadOnlyList<TaskFileRecord>> ReadFilesAsync(TenantId tenant, string task, CancellationToken cancellationToken)
    {
        await using var context = contexts.Create(tenant);
        return await context.Set<TaskFileRecord>().AsNoTracking().Where(row => row.TaskId == task).OrderBy(row => row.Path).ToListAsync(cancellationToken);
    }

    public async Task<IReadOnlyList<TaskRestoreRecord>> ReadRestoresAsync(TenantId tenant, string task, int fromItem, CancellationToken cancellationToken)
    {
        await using var context = contexts.Create(tenant);
        return await context.Set<TaskRestoreRecord>().AsNoTracking().Where(row => row.TaskId == task && row.Item >= fromItem)
            .OrderByDescending(row => row.Item).ToListAsync(cancellationToken);
    }

    /// <summary>A fork begins with what the other task did to the files.</summary>
    public async Task CopyFilesAsync(TenantId tenant, string from, string to, CancellationToken cancellationToken)
    {
        await using var context = contexts.Create(tenant);
        foreach (var file in await ReadFilesAsync(tenant, from, cancellationToken))
        {
            context.Add(new TaskFileRecord { TenantId = tenant, TaskId = to, Path = file.Path, Base = file.Base, Known = file.Known });
        }

        foreach (var restore in await ReadRestoresAsync(tenant, from, 0, cancellationToken))
        {
            context.Add(new TaskRestoreRecord { TenantId = tenant, TaskId = to, Item = restore.Item, Path = restore.Path, Before = restore.Before, After = restore.After });
        }

        await context.SaveChangesAsync(cancellationToken);
    }

    public async Task SaveFileAsync(TaskFileRecord file, TaskRestoreRecord? restore, CancellationToken cancellationToken)
    {
        await using var context = contexts.Create(file.TenantId);
        var known = await context.Set<TaskFileRecord>().FirstOrDefaultAsync(row => row.TaskId == file.TaskId && row.Path == file.Path, cancellationToken);
        if (known is null)
        {
            context.Add(file);
        }
        else
        {
            (known.Base, known.Known) = (file.Base, file.Known);
        }

        if (restore is not null && !await context.Set<TaskRestoreRecord>().AnyAsync(row => row.TaskId == file.TaskId && row.Item == restore.Item && row.Path == file.Path, cancellationToken))
        {
            context.Add(restore);
        }

        await context.SaveChangesAsync(cancellationToken);
    }

    /// <exception cref="DbUpdateException">Another activation wrote the same sequence: this one must stop.</exception>
    public async Task AppendAsync(TaskAppend append, CancellationToken cancellationToken)
    {
        var state = append.State;
        await using var context = contexts.Create(state.Workspace.Tenant);
        var task = await context.Set<TaskRecord>().FirstOrDefaultAsync(row => row.Id == state.Id, cancellationToken);
        if (task is null)
        {
            context.Add(new TaskRecord
            {
                TenantId = state.Workspace.Tenant, Id = state.Id, WorkspaceId = state.Workspace.Workspace, State = state.State, UpdatedTicks = state.UpdatedAt.UtcTicks,
                Json = TaskJson.Write(state),
            });
        }
        else
        {
            (task.State, task.UpdatedTicks, task.Json) = (state.State, state.UpdatedAt.UtcTicks, TaskJson.Write(state));
        }

        foreach (var happened in append.Events)
        {
            context.Add(new TaskEventRecord { TenantId = state.Workspace.Tenant, TaskId = state.Id, Sequence = happened.Sequence, Name = happened.Name, Json = happened.Json });
        }

        context.AddRange(append.Messages);
        await context.SaveChangesAsync(cancellationToken);
    }

    /// <summary>Forgets the conversation, bases and restores after an item: a rewind.</summary>
    public async Task CutAsync(TenantId tenant, string task, int afterItem, CancellationToken cancellationToken)
    {
        await using var context = contexts.Create(tenant);
        await context.Set<TaskMessageRecord>().Where(row => row.TaskId == task && row.AfterItem > afterItem).ExecuteDeleteAsync(cancellationToken);
        await context.Set<TaskRestoreRecord>().Where(row => row.TaskId == task && row.Item > afterItem).ExecuteDeleteAsync(cancellationToken);
    }
}
