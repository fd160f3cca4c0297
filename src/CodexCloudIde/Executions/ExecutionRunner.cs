using CodexCloudIde.Api;
using CodexCloudIde.Executions.Running;
using CodexCloudIde.Tenants;
using CodexCloudIde.Workspaces;

namespace CodexCloudIde.Executions;

/// <summary>
/// Runs commands for the API, terminals' neighbours and the agent alike: materialise open documents, write the audit entry, run in a fresh
/// sandbox, stream, collect, write back.
/// </summary>
public sealed class ExecutionRunner
{
    private static readonly Refusal Unreached =
        new(503, "run-unreachable", "The server that this runs at does not answer, so it was not cancelled. Try again in a moment.");

    private readonly JobRunner jobs;
    private readonly RunHistory history;
    private readonly LiveRuns live;
    private readonly RunsElsewhere elsewhere;
    private readonly WorkspaceAccess access;

    internal ExecutionRunner(JobRunner jobs, RunHistory history, LiveRuns live, RunsElsewhere elsewhere, WorkspaceAccess access)
    {
        this.jobs = jobs;
        this.history = history;
        this.live = live;
        this.elsewhere = elsewhere;
        this.access = access;
    }

    /// <summary>Starts; a refusal when nothing was started (no runtime, a limit above the ceiling, audit not writable).</summary>
    /// <param name="caller">On whose behalf; already authorised for the workspace by the entry, checked again here.</param>
    /// <param name="actor">Who did it: the caller, or the agent working for the caller.</param>
    public async Task<Outcome<RunHandle<Execution>>> StartAsync(
        Caller caller, Actor actor, WorkspaceRef workspace, ExecutionRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(request);
        var planned = await jobs.PlanAsync(caller, actor, workspace, request, builds: false, cancellationToken);
        if (planned.Refusal is { } refusal)
        {
            return refusal;
        }

        var begun = await jobs.BeginAsync(planned.Value!, RunRow.OfExecution, execution => execution, cancellationToken);
        if (begun.Refusal is { } unrecorded)
        {
            return unrecorded;
        }

        var plan = begun.Value!;
        plan.Log.Append("started", new { id = plan.Key });
        var run = new LiveRun(caller.Tenant, workspace.Workspace, RunRow.OfExecution, plan.Log);
        var work = Task.Run(() => RunAsync(plan, run.Cancelling.Token), CancellationToken.None);
        live.Follow(plan.Key, run, work);
        return new RunHandle<Execution>(plan.Key, ct => plan.Log.ReadAsync(RunPosition.Start, ct), work);
    }

    /// <summary>Ends it, at whichever process it is: reason <c>cancelled</c>. Of a run that has ended: no effect. 503 when its process does not answer.</summary>
    public async Task<Refusal?> CancelAsync(Caller caller, string executionId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        var row = await history.FindAsync(caller.Tenant, executionId, RunRow.OfExecution, cancellationToken)
            ?? await history.FindAsync(caller.Tenant, executionId, RunRow.OfTests, cancellationToken);
        if (row is null)
        {
            return Refusal.NotFound;
        }

        var allowed = await access.FindAsync(caller, row.WorkspaceId, Role.Developer, cancellationToken);
        if (allowed.Refusal is { } denied)
        {
            return denied;
        }

        if (live.Find(executionId) is { } run && run.Tenant == caller.Tenant)
        {
            await run.Cancelling.CancelAsync();
            return null;
        }

        // It may have ended just now.
        var isCancelled = !row.Running || await elsewhere.CancelAsync(row, cancellationToken)
            || await history.FindAsync(caller.Tenant, executionId, row.Kind, cancellationToken) is not { Running: true };
        return isCancelled ? null : Unreached;
    }

    private async Task<Execution> RunAsync(JobPlan plan, CancellationToken cancelled)
    {
        var execution = await jobs.RunAsync(plan, RunRow.OfExecution, ended => ended, cancelled);
        plan.Log.End("result", execution);
        return execution;
    }
}
