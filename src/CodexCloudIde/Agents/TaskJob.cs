using System.Text.Json.Nodes;
using CodexCloudIde.Audit;
using CodexCloudIde.Documents;
using CodexCloudIde.Models;
using CodexCloudIde.Workspaces;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace CodexCloudIde.Agents;

/// <summary>Runs turns as supervised jobs: whatever happens inside, the task ends in a state that says so and can be taken up again.</summary>
internal sealed class TaskJob(
    TaskStore store, OpenDocuments documents, WorkspaceFolder folder, ModelCatalog models, AgentTools tools, Permissions permissions, TokenCounter counter, AuditLog audit,
    IOptions<AgentOptions> options, ILogger<TaskJob> logger)
{
    public TaskFiles FilesOf(TaskSession session) => new(session, store, documents, folder);

    public async Task RunAsync(TaskSession session, TaskRun run)
    {
        TurnView? turn = null;
        try
        {
            turn = await StartTurnAsync(session);
            var outcome = await TurnAsync(session, run);
            await EndAsync(session, turn with { Status = "completed", Outcome = outcome }, TaskStates.Completed, outcome, null);
        }
        catch (OperationCanceledException) when (run.Stopping.IsCancellationRequested)
        {
            await (run.Cancelled
                ? EndAsync(session, turn! with { Status = "cancelled" }, TaskStates.Cancelled, session.State.Outcome, null)
                : InterruptAsync(session, turn));
        }
        catch (ModelFailureException e)
        {
            TaskLog.ModelFailed(logger, session.State.Id, e.Kind);
            await EndAsync(session, turn! with { Status = "failed", Error = e.Message }, TaskStates.Failed, session.State.Outcome, e.Message);
        }
        catch (DbUpdateException e)
        {
            // Another activation has taken the task over: it is its now.
            TaskLog.LostTask(logger, e, session.State.Id);
        }
        catch (Exception e)
        {
            // The job's boundary: anything unforeseen fails the turn, never the process.
            TaskLog.TurnBroke(logger, e, session.State.Id);
            const string error = "Something broke inside the server; the workspace is as the timeline shows it. Resume to try again.";
            await EndAsync(session, turn! with { Status = "failed", Error = error }, TaskStates.Failed, session.State.Outcome, error);
        }
    }

    /// <summary>The process that ran it is gone, or is going: it waits for somebody to resume it.</summary>
    public static Task InterruptAsync(TaskSession session, TurnView? turn) => session.ChangeAsync(
        draft =>
        {
            turn ??= new TurnView($"t{draft.State.Turns}", draft.State.Turns, "interrupted", draft.State.UpdatedAt);
            var next = draft.Change(state => state with { State = TaskStates.Interrupted, Now = null, PendingApprovals = [] });
            foreach (var pending in draft.State.PendingApprovals)
            {
                next = next.Publish("approval.resolved", new { pending.Id, pending.ItemId, pending.Action, pending.ActionHash, decision = "withdrawn" });
            }

            return next.Publish("turn.failed", turn with { Status = "interrupted", CompletedAt = draft.Now, Error = "The server stopped while this ran. Resume to go on." })
                .PublishTask("thread.updated");
        },
        CancellationToken.None);

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

    private async Task<TurnView> StartTurnAsync(TaskSession session)
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
                return draft.Change(state => state with { State = TaskStates.Running, Turns = state.Turns + 1, Error = null, Now = "starting" })
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
