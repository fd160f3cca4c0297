using System.Text.Json.Nodes;
using CodexCloudIde.Api;
using CodexCloudIde.Audit;
using CodexCloudIde.Documents;
using CodexCloudIde.Models;
using CodexCloudIde.Storage;
using CodexCloudIde.Workspaces;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;

namespace CodexCloudIde.Agents;

/// <summary>Runs turns as supervised jobs: whatever happens inside, the task ends in a state that says so and can be taken up again.</summary>
internal sealed class TaskJob(
    TaskStore store, OpenDocuments documents, WorkspaceFolder folder, WorkspaceFiles workspaceFiles, WorkspaceEvents events, WorkspaceCheckouts checkouts, WorkspaceWatch members, ModelCatalog models, AgentTools tools, Permissions permissions, TokenCounter counter, AuditLog audit,
    IOptions<AgentOptions> options, ILogger<TaskJob> logger)
{
    private const int SqliteConstraint = 19;
    private const string NotAllowed = "Whoever started it may not work in this workspace any more.";

    public TaskFiles FilesOf(TaskSession session) => new(session, store, documents, workspaceFiles, events);

    public TaskLanding LandingOf(TaskSession session) => new(session, documents, workspaceFiles, events);

    /// <summary>A second checkout as the first one is now, what is open in it included.</summary>
    public async Task<Refusal?> CopyCheckoutAsync(WorkspaceRef from, WorkspaceRef to, CancellationToken cancellationToken)
    {
        await documents.MaterialiseAsync(from, cancellationToken);
        return await Task.Run(() => checkouts.Copy(from, to, cancellationToken), cancellationToken);
    }

    public async Task RunAsync(TaskSession session, TaskRun run)
    {
        try
        {
            await RunTurnAsync(session, run);
        }
        catch (Exception e) when (DiskFull.Is(e))
        {
            TaskLog.NoRoom(logger, e, session.State.Id);
            await InterruptWhenItCanBeWrittenAsync(session, run, "The server's disk was full. There is room again: resume to go on.");
        }
        catch (Exception e) when (!IsLost(e))
        {
            // The database or the audit log is away: neither the turn nor its end could be recorded.
            TaskLog.TurnBroke(logger, e, session.State.Id);
            await InterruptWhenItCanBeWrittenAsync(session, run, "The server's storage was away. Resume to go on.");
        }
    }

    /// <summary>Another activation has written what this one was about to.</summary>
    private static bool IsLost(Exception e) => e is DbUpdateException
    {
        InnerException: SqliteException { SqliteErrorCode: SqliteConstraint } or PostgresException { SqlState: PostgresErrorCodes.UniqueViolation },
    };

    private async Task RunTurnAsync(TaskSession session, TaskRun run)
    {
        TurnView? turn = null;
        using var allowed = members.Watch(session.State.Owner, session.State.Workspace.Workspace, Tenants.Role.Developer);
        await using var leaving = allowed.Ended.Register(() => run.CancelAsync(byPerson: false));
        try
        {
            turn = await StartTurnAsync(session, run);
            if (await BranchAsync(session.State.Workspace, run.Stopping) is { } refusal)
            {
                await EndAsync(session, turn with { Status = "failed", Error = refusal.Detail }, TaskStates.Failed, session.State.Outcome, refusal.Detail);
                return;
            }

            var outcome = await TurnAsync(session, run);
            await EndAsync(session, turn with { Status = "completed", Outcome = outcome }, TaskStates.Completed, outcome, null);
        }
        catch (OperationCanceledException) when (run.Stopping.IsCancellationRequested)
        {
            await (allowed.Ended.IsCancellationRequested
                ? EndAsync(session, (turn ?? NotBegun(session)) with { Status = "cancelled", Error = NotAllowed }, TaskStates.Cancelled, session.State.Outcome, NotAllowed)
                : run.Cancelled
                ? EndAsync(session, (turn ?? NotBegun(session)) with { Status = "cancelled" }, TaskStates.Cancelled, session.State.Outcome, null)
                : InterruptAsync(session, turn));
        }
        catch (ModelFailureException e)
        {
            TaskLog.ModelFailed(logger, session.State.Id, e.Kind);
            await EndAsync(session, (turn ?? NotBegun(session)) with { Status = "failed", Error = e.Message }, TaskStates.Failed, session.State.Outcome, e.Message);
        }
        catch (Exception e) when (IsLost(e))
        {
            // Another activation has taken the task over: it is its now.
            TaskLog.LostTask(logger, e, session.State.Id);
        }
        catch (Exception e) when (!DiskFull.Is(e))
        {
            // The job's boundary: anything unforeseen fails the turn, never the process.
            if (turn is null) throw;
            TaskLog.TurnBroke(logger, e, session.State.Id);
            const string error = "Something broke inside the server; the workspace is as the timeline shows it. Resume to try again.";
            await EndAsync(session, turn with { Status = "failed", Error = error }, TaskStates.Failed, session.State.Outcome, error);
        }
    }

    /// <summary>The process that ran it is gone, or is going: it waits for somebody to resume it.</summary>
    public static Task InterruptAsync(TaskSession session, TurnView? turn, string error = "The server stopped while this ran. Resume to go on.") => session.ChangeAsync(
        draft =>
        {
            turn ??= new TurnView($"t{draft.State.Turns}", draft.State.Turns, "interrupted", draft.State.UpdatedAt);
            var next = draft.Change(state => state with { State = TaskStates.Interrupted, Now = null, PendingApprovals = [] });
            foreach (var pending in draft.State.PendingApprovals)
            {
                next = next.Publish("approval.resolved", new { pending.Id, pending.ItemId, pending.Action, pending.ActionHash, pending.Risk, pending.ExpiresAt, decision = "withdrawn" });
            }

            return next.Publish("turn.failed", turn with { Status = "interrupted", CompletedAt = draft.Now, Error = error })
                .PublishTask("thread.updated");
        },
        CancellationToken.None);

    /// <summary>The task's own checkout, made at its first turn.</summary>
    private async Task<Refusal?> BranchAsync(WorkspaceRef workspace, CancellationToken cancellationToken) => workspace.Checkout == WorkspaceRef.Live || checkouts.Exists(workspace)
        ? null
        : await CopyCheckoutAsync(workspace with { Checkout = WorkspaceRef.Live }, workspace, cancellationToken);

    /// <summary>That it stopped cannot be written down either before the storage is back; the next start would find it by its state.</summary>
    private static async Task InterruptWhenItCanBeWrittenAsync(TaskSession session, TaskRun run, string why)
    {
        while (!run.Stopping.IsCancellationRequested)
        {
            try
            {
                await InterruptAsync(session, null, why);
                return;
            }
            catch (Exception e) when (!IsLost(e))
            {
                await Task.Delay(TimeSpan.FromSeconds(3), session.Time, run.Stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task<TaskOutcome> TurnAsync(TaskSession session, TaskRun run)
    {
        var state = session.State;
        if (!models.TryFind(state.Model, out var model))
        {
            throw new ModelFailureException(ModelFailureKind.Refused, $"Model '{state.Model}' is no longer configured. Start a new task with another model.");
        }

        GatewayRequest.TryBand(state.Priority, out var band);
        using var client = models.Client(model, new ModelUse(state.Workspace.Tenant, session.Agent, $"task/{state.Id}", band, state.Id));
        var conversation = new Conversation(counter);
        var stored = await store.ReadMessagesAsync(state.Workspace.Tenant, state.Id, run.Stopping);
        var madeUp = conversation.Load(stored.Select(message => message.Json));
        if (madeUp.Count > 0)
        {
            await session.ChangeAsync(draft => draft.Say(madeUp.Select(Conversation.Write)), run.Stopping);
        }

        var instructions = model.Offline ? "" : await new Instructions(folder).ReadAsync(state.Workspace, "", run.Stopping);
        var calls = new ToolCalls(tools, permissions, audit, TimeSpan.FromSeconds(options.Value.ApprovalSeconds));
        var turn = new Turn(session, run, FilesOf(session), model, client, conversation, calls, tools, TaskPrompts.System(state, instructions));
        return await turn.RunAsync();
    }

    private static TurnView NotBegun(TaskSession session) => new($"t{session.State.Turns}", session.State.Turns, "running", session.State.UpdatedAt);

    private async Task<TurnView> StartTurnAsync(TaskSession session, TaskRun run)
    {
        TurnView? turn = null;
        await audit.AppendAsync(
            new AuditRecord(
                session.State.Workspace.Tenant, Tenants.Actor.Of(session.State.Owner), "task.turn", $"task/{session.State.Id}", "started",
                new JsonObject { ["turn"] = session.State.Turns + 1, ["kind"] = session.State.Kind, ["mode"] = session.State.Mode, ["model"] = session.State.Model }),
            CancellationToken.None);
        await session.ChangeAsync(
            draft =>
            {
                turn = new TurnView($"t{draft.State.Turns + 1}", draft.State.Turns + 1, "running", draft.Now);
                return draft.Change(state => state with { State = run.IsPaused ? TaskStates.Paused : TaskStates.Running, Turns = state.Turns + 1, Error = null, Now = run.IsPaused ? "paused" : "starting" })
                    .Publish("turn.started", turn).PublishTask("thread.updated");
            },
            CancellationToken.None);
        return turn!;
    }

    private async Task EndAsync(TaskSession session, TurnView turn, string state, TaskOutcome? outcome, string? error)
    {
        await audit.AppendAsync(
            new AuditRecord(
                session.State.Workspace.Tenant, session.Agent, "task.ended", $"task/{session.State.Id}", state,
                new JsonObject { ["turn"] = turn.Number, ["outcome"] = outcome?.Kind, ["tokensIn"] = session.State.Usage.TokensIn, ["tokensOut"] = session.State.Usage.TokensOut }),
            CancellationToken.None);
        await session.ChangeAsync(
            draft => draft
                .Change(ended => ended with { State = state, Outcome = outcome, Error = error, Now = null, PendingApprovals = [] })
                .Publish(state == TaskStates.Failed ? "turn.failed" : "turn.completed", turn with { CompletedAt = draft.Now })
                .PublishTask("thread.completed"),
            CancellationToken.None);
    }
}

/// <summary>A turn as events show it.</summary>
internal sealed record TurnView(string Id, int Number, string Status, DateTimeOffset StartedAt)
{
    public DateTimeOffset? CompletedAt { get; init; }

    public string? Error { get; init; }

    public TaskOutcome? Outcome { get; init; }
}
