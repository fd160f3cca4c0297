using System.Text.Json.Nodes;
using CodexCloudIde.Agents.Tools;
using CodexCloudIde.Audit;
using CodexCloudIde.Tenants;
using Microsoft.Extensions.AI;

namespace CodexCloudIde.Agents;

/// <summary>From a model's call to its result: read the arguments, judge by mode and policy, ask a person if need be, record, run.</summary>
internal sealed class ToolCalls(AgentTools tools, Permissions permissions, AuditLog audit, TimeSpan patience)
{
    public static bool IsEdit(IAgentTool? tool) => tool is ApplyEditTool or ApplyPatchTool or WriteFileTool or DeleteFileTool;

    /// <returns>JSON for the model; errors too, it can mend most of them.</returns>
    public async Task<string> InvokeAsync(FunctionCallContent call, ToolContext context, bool brief, TaskRun run, CancellationToken working)
    {
        if (tools.Find(call.Name) is not { } tool)
        {
            return ToolResult.Error($"There is no tool '{call.Name}'.").Json(brief);
        }

        if (call.Exception is not null)
        {
            return ToolResult.Error("The arguments are no JSON object.").Json(brief);
        }

        try
        {
            var arguments = ToolArguments.From(call.Arguments);
            var intent = tool.Intend(arguments);
            var hash = Permissions.HashOf(tool.Name, arguments.Canonical);
            var judgement = permissions.Judge(context.Session.State.Mode, intent);
            if (judgement.Verdict == Verdict.Ask && !context.Session.State.AlwaysAllowed.Contains(hash))
            {
                judgement = await AskAsync(tool.Describe(arguments), hash, judgement, context, run);
            }

            await RecordAsync(context, tool.Name, hash, judgement.Verdict == Verdict.Refuse ? "denied" : "allowed");
            if (judgement.Verdict == Verdict.Refuse)
            {
                return await DeclinedAsync(tool, arguments, judgement.Reason, context, brief);
            }

            return (await tool.InvokeAsync(arguments, context, working)).Json(brief);
        }
        catch (ToolArgumentException e)
        {
            return ToolResult.Error(e.Message).Json(brief);
        }
    }

    private static async Task<string> DeclinedAsync(IAgentTool tool, ToolArguments arguments, string why, ToolContext context, bool brief)
    {
        await context.Session.ChangeAsync(
            draft =>
            {
                var declined = draft.Start(
                    item => item with { Type = IsEdit(tool) ? "fileChange" : "commandExecution", Tool = tool.Name, Command = [tool.Describe(arguments)], Summary = why, Status = "declined" },
                    out var started);
                return declined.Publish("item.completed", started with { CompletedAt = draft.Now });
            },
            CancellationToken.None);
        return ToolResult.Error(why).Json(brief);
    }

    private async Task<Judgement> AskAsync(string action, string hash, Judgement judgement, ToolContext context, TaskRun run)
    {
        var session = context.Session;
        var id = Guid.CreateVersion7().ToString("N");
        var answer = run.Expect(id);
        TaskItem? item = null;
        Approval? approval = null;
        await session.ChangeAsync(
            draft =>
            {
                var started = draft.Start(
                    fresh => fresh with
                    {
                        Type = "approval",
                        Approval = new Approval(id, fresh.Id, action, hash, judgement.Risk, draft.Now + patience, judgement.Reason, "Exactly this action, for the rest of this task."),
                    },
                    out item);
                approval = item.Approval!;
                return started.Publish("approval.requested", approval)
                    .Change(state => state with { State = TaskStates.WaitingForApproval, Now = "waiting for approval", PendingApprovals = [.. state.PendingApprovals, approval] })
                    .PublishTask("thread.updated");
            },
            run.Stopping);
        Decision? decision = null;
        try
        {
            decision = await run.WaitAsync(answer, id, patience);
        }
        finally
        {
            var said = decision is null ? (run.Stopping.IsCancellationRequested ? "withdrawn" : "expired") : decision.Allowed ? "allow" : "deny";
            await session.ChangeAsync(
                draft => draft
                    .Change(state => state with
                    {
                        State = state.State == TaskStates.WaitingForApproval ? run.IsPaused ? TaskStates.Paused : TaskStates.Running : state.State,
                        Now = run.IsPaused ? "paused" : null,
                        PendingApprovals = [.. state.PendingApprovals.Where(pending => pending.Id != id)],
                        AlwaysAllowed = decision is { Allowed: true, Always: true } ? [.. state.AlwaysAllowed, hash] : state.AlwaysAllowed,
                    })
                    .Publish("approval.resolved", new { approval!.Id, approval.ItemId, approval.Action, approval.ActionHash, approval.Risk, approval.ExpiresAt, decision = said, by = decision?.By.Name })
                    .Publish("item.completed", item! with { Status = decision is { Allowed: true } ? "completed" : "declined", Decision = said, Author = decision?.By.Name, CompletedAt = draft.Now })
                    .PublishTask("thread.updated"),
                CancellationToken.None);
            await audit.AppendAsync(
                new AuditRecord(
                    context.Workspace.Tenant, decision?.By ?? Actor.System, "task.approval", $"task/{session.State.Id}", said,
                    new JsonObject { ["approval"] = id, ["actionHash"] = hash, ["always"] = decision?.Always ?? false }),
                CancellationToken.None);
        }

        return decision switch
        {
            { Allowed: true } => new Judgement(Verdict.Allow),
            { } => new Judgement(Verdict.Refuse, "A person denied it. Find another way, or say what you would have done."),
            null => new Judgement(Verdict.Refuse, "Nobody answered in time; it was not done."),
        };
    }

    private Task RecordAsync(ToolContext context, string tool, string hash, string result) => audit.AppendAsync(
        new AuditRecord(
            context.Workspace.Tenant, context.Agent, "task.step", $"task/{context.Session.State.Id}", result,
            new JsonObject { ["tool"] = tool, ["actionHash"] = hash, ["for"] = context.Caller.User.ToString() }),
        CancellationToken.None);
}
