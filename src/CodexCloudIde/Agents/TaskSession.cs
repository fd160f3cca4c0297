using CodexCloudIde.Tenants;
using CodexCloudIde.Workspaces;

namespace CodexCloudIde.Agents;

/// <summary>
/// A task's single writer. Every change goes through <see cref="ChangeAsync"/>: state, events and messages are appended in one transaction, and only then
/// seen by others (log first, publish second), so that a reader that knows a sequence number finds everything up to it in the log.
/// </summary>
internal sealed class TaskSession(TaskState state, TaskStore store, WorkspaceEvents workspaceEvents, TimeProvider time, Action<long> advanced) : IDisposable
{
    private readonly SemaphoreSlim gate = new(1, 1);

    public TaskState State { get; private set; } = state;

    public TimeProvider Time => time;

    public Actor Agent => Actor.Agent(State.Id);

    /// <param name="change">From the state to the next one, with what to publish; runs alone.</param>
    /// <param name="cancellationToken">Before the append only: what is appended is published.</param>
    public async Task<TaskState> ChangeAsync(Func<TaskDraft, TaskDraft> change, CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            var draft = change(new TaskDraft(State, time.GetUtcNow()));
            if (ReferenceEquals(draft.State, State) && draft.Events.Count == 0 && draft.Messages.Count == 0)
            {
                return State;
            }

            var listed = (State.State, State.Title, State.Now, State.PendingApprovals, State.Reviewed)
                != (draft.State.State, draft.State.Title, draft.State.Now, draft.State.PendingApprovals, draft.State.Reviewed);
            var (sealedDraft, append) = draft.Seal();
            await store.AppendAsync(append, CancellationToken.None);
            State = sealedDraft.State;
            if (draft.Events.Count > 0)
            {
                advanced(State.NextEvent - 1);
            }

            if (listed || draft.Events.Count == 0)
            {
                // People look at the live checkout, whichever the task works in.
                workspaceEvents.Publish(State.Workspace with { Checkout = WorkspaceRef.Live }, new WorkspaceEvent("task.changed", TaskJson.Write(State.View())));
            }

            return State;
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Starts an item and returns it with its id.</summary>
    public async Task<TaskItem> StartAsync(Func<TaskItem, TaskItem> fill, string? now, CancellationToken cancellationToken)
    {
        TaskItem? started = null;
        await ChangeAsync(draft => draft.Start(fill, out started).Change(state => now is null ? state : state with { Now = now }), cancellationToken);
        return started!;
    }

    public Task UpdateAsync(TaskItem item, CancellationToken cancellationToken) => ChangeAsync(draft => draft.Publish("item.updated", item), cancellationToken);

    public async Task<TaskItem> CompleteAsync(TaskItem item, CancellationToken cancellationToken)
    {
        var completed = item with { CompletedAt = time.GetUtcNow(), Status = item.Status == "running" ? "completed" : item.Status };
        await ChangeAsync(draft => draft.Publish("item.completed", completed), cancellationToken);
        return completed;
    }

    public void Dispose() => gate.Dispose();
}
