using CodexCloudIde.Tenants;

namespace CodexCloudIde.Agents;

/// <content>The job under way: begun once, followed to its end, and missed when a process died with it.</content>
internal sealed partial class TaskGrain
{
    private TaskRun? run;
    private IGrainTimer? keepAlive;

    /// <summary>From here on the task has a job, which <see cref="LaunchAsync"/> begins. Nothing is awaited, so nobody else takes it too.</summary>
    private TaskRun Take()
    {
        var taken = new TaskRun(time);
        run = taken;
        keepAlive = this.RegisterGrainTimer(
            () => Task.CompletedTask, new GrainTimerCreationOptions(TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1)) { KeepAlive = true });
        return taken;
    }

    private Task StartAsync(TaskRun taken, Caller caller) => LaunchAsync(
        taken, draft => draft.Change(state => state with { State = TaskStates.Queued, Owner = caller, Now = "queued", Error = null }).PublishTask("thread.updated"));

    private async Task LaunchAsync(TaskRun taken, Func<TaskDraft, TaskDraft> announce)
    {
        try
        {
            await session!.ChangeAsync(announce, CancellationToken.None);
        }
        catch (Exception)
        {
            Leave(taken);
            throw;
        }

        taken.IsLaunched = true;
        _ = FollowAsync(Task.Run(() => slots.RunAsync(Tenant, session, taken, job), CancellationToken.None), taken);
    }

    private async Task FollowAsync(Task working, TaskRun followed)
    {
        await working.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        if (working.Exception is { } unforeseen)
        {
            TaskLog.TurnBroke(logger, unforeseen, Id);
        }

        Leave(followed);

        // What somebody wrote in the very moment of the end is not lost.
        if (run is null && session is { State.Unread.Count: > 0 } task && task.State.State == TaskStates.Completed)
        {
            await StartAsync(Take(), task.State.Owner);
        }
    }

    private void Leave(TaskRun left)
    {
        keepAlive?.Dispose();
        (run, keepAlive) = (null, null);
        left.Left();
        left.Dispose();
    }

    /// <summary>A state that says "live" without a job: the trace of an outage in which not even the end could be written down.</summary>
    private async Task InterruptStrayAsync()
    {
        if (run is null && session is { } stray && TaskStates.IsLive(stray.State.State))
        {
            TaskLog.Interrupted(logger, Id);
            await TaskJob.InterruptAsync(stray, null);
        }
    }
}
