using CodexCloudIde.Agents.Tools;
using CodexCloudIde.Executions;
using CodexCloudIde.Models;
using Microsoft.Extensions.AI;

namespace CodexCloudIde.Agents;

/// <summary>
/// One turn: ask the model, run the tools that it calls, feed the results back, until the model has nothing more to do or the budget ends; then say how
/// it ended, with the tests before and after as proof. Between steps: pause, what people wrote, what others changed.
/// </summary>
internal sealed class Turn(
    TaskSession session, TaskRun run, TaskFiles files, ModelDefinition model, IChatClient client, Conversation conversation, ToolCalls calls, AgentTools tools, string system)
{
    private const int Nudges = 2;
    private readonly TestLedger tests = new(() => files.Edits);
    private int nudged;

    /// <summary>Of what the turn works at; a budget that is over ends it. What concludes the turn goes by <see cref="TaskRun.Stopping"/>.</summary>
    private CancellationToken working;

    private CancellationToken Stopping => run.Stopping;

    /// <returns>How it ended.</returns>
    public async Task<TaskOutcome> RunAsync()
    {
        var context = new ToolContext(session, files, tests);
        using var spent = new BudgetMeter(session, run, model);
        working = spent.Working;
        var said = "";
        try
        {
            while (true)
            {
                await run.PassAsync();
                await HearAsync();
                if (spent.Exceeded() is { } what)
                {
                    return await SpentAsync(context, said, what);
                }

                var response = await AskAsync(spent);
                said = response.Text.Trim() is { Length: > 0 } text ? text : said;
                var called = response.Messages.SelectMany(message => message.Contents).OfType<FunctionCallContent>().ToList();
                if (called.Count == 0)
                {
                    if (await FinishedAsync(context))
                    {
                        return await ConcludeAsync(context, said, stopped: false);
                    }

                    continue;
                }

                foreach (var call in called)
                {
                    await BaselineAsync(call, context);
                    var result = await calls.InvokeAsync(call, context, brief: !model.Offline, run, working);
                    await SayAsync(new ChatMessage(ChatRole.Tool, [new FunctionResultContent(call.CallId, result)]));
                }
            }
        }
        catch (OperationCanceledException) when (spent.IsOver && !Stopping.IsCancellationRequested)
        {
            return await SpentAsync(context, said, spent.Exceeded() ?? "time");
        }
        finally
        {
            await spent.SettleAsync();
        }
    }

    private Task<TaskOutcome> SpentAsync(ToolContext context, string said, string what) =>
        ConcludeAsync(context, $"{said}\n\nStopped: the budget of {what} is spent. What was done so far is in the workspace; send a message to go on.".Trim(), stopped: true);

    /// <summary>What people wrote and what others changed, told to the model before its next step.</summary>
    private async Task HearAsync()
    {
        if (session.State.Unread.Count > 0)
        {
            await session.ChangeAsync(
                draft =>
                {
                    var messages = draft.State.Unread.Select(text => new ChatMessage(ChatRole.User, text)).ToList();
                    messages.ForEach(conversation.Add);
                    return draft.Say(messages.Select(Conversation.Write)).Change(state => state with { Unread = [] });
                },
                Stopping);
        }

        if (await files.NoticeAsync(Stopping) is { } notice)
        {
            await SayAsync(new ChatMessage(ChatRole.User, notice));
        }
    }

    private async Task<ChatResponse> AskAsync(BudgetMeter spent)
    {
        var (messages, masked) = conversation.Fit(system, model.WorkingContext);
        if (masked > 0)
        {
            await session.ChangeAsync(draft => draft.Add(item => item with { Type = "contextCompaction", Summary = $"{masked} old tool results left out" }), working);
        }

        await session.ChangeAsync(draft => draft.Change(state => state with { Now = "thinking" }).PublishTask("thread.updated"), working);
        var stream = new AnswerStream(session);
        var able = !model.Offline || TaskPrompts.IsRepair(session.State.Kind, messages.Where(message => message.Role == ChatRole.User).Select(message => message.Text));
        var options = new ChatOptions { Tools = able ? tools.Declarations : [], ConversationId = null };
        var updates = new List<ChatResponseUpdate>();
        try
        {
            await foreach (var update in client.GetStreamingResponseAsync(messages, options, working))
            {
                updates.Add(update);
                await stream.ShowAsync(update, working);
            }

            await stream.CloseAsync("completed");
        }
        catch (Exception)
        {
            await stream.CloseAsync("failed");
            throw;
        }

        var response = updates.ToChatResponse();
        await spent.AddAsync(response.Usage, working);
        foreach (var message in response.Messages.Where(message => message.Contents.Count > 0))
        {
            message.Contents = [.. message.Contents.Where(content => content is TextContent or FunctionCallContent)];
            await SayAsync(message);
        }

        return response;
    }

    /// <summary>Red before green: the tests are run before the first edit of a task that they judge, if the model has not done so.</summary>
    private async Task BaselineAsync(FunctionCallContent call, ToolContext context)
    {
        var judged = TaskPrompts.JudgedByTests(session.State.Kind) && session.State.Mode != "read-only";
        if (judged && files.Edits == 0 && tests.Before is null && session.State.Before is null && ToolCalls.IsEdit(tools.Find(call.Name)))
        {
            await tools.Tests.RunAsync(new TestRunRequest(), context, working);
        }

        if (session.State.Before is null && tests.Before is { } before)
        {
            await session.ChangeAsync(
                draft => draft.Change(state => state with { Before = TestFigures.Of(before), FailedBefore = TestLedger.Failing(before) }), working);
        }
    }

    /// <summary>Done, unless the tests say otherwise and a model with words can be told so.</summary>
    private async Task<bool> FinishedAsync(ToolContext context)
    {
        if (session.State.Unread.Count > 0)
        {
            return false;
        }

        if (!TaskPrompts.JudgedByTests(session.State.Kind) || files.Edits == 0)
        {
            return true;
        }

        if (!tests.IsCurrent)
        {
            await tools.Tests.RunAsync(new TestRunRequest(), context, working);
        }

        if (tests.AllGreen || tests.Last is null || model.Offline || nudged++ >= Nudges)
        {
            return true;
        }

        await SayAsync(new ChatMessage(ChatRole.User, $"The tests are not green: {tests.Last.Summary} Go on, or say why it cannot be done."));
        return false;
    }

    private async Task<TaskOutcome> ConcludeAsync(ToolContext context, string summary, bool stopped)
    {
        if (stopped && files.Edits > 0 && !tests.IsCurrent && TaskPrompts.JudgedByTests(session.State.Kind))
        {
            await tools.Tests.RunAsync(new TestRunRequest(), context, Stopping);
        }

        await BaselineFiguresAsync();
        return OutcomeOf(session.State, tests, files.Edits, summary, stopped);
    }

    private Task BaselineFiguresAsync() => session.State.Before is null && tests.Before is { } before
        ? session.ChangeAsync(draft => draft.Change(state => state with { Before = TestFigures.Of(before), FailedBefore = TestLedger.Failing(before) }), Stopping)
        : Task.CompletedTask;

    internal static TaskOutcome OutcomeOf(TaskState state, TestLedger tests, int edits, string summary, bool stopped)
    {
        if (!TaskPrompts.JudgedByTests(state.Kind) || (edits == 0 && state.Kind != "fix"))
        {
            return new TaskOutcome(stopped ? "budgetSpent" : "answered", summary);
        }

        if (tests.Last is not { } last || state.Before is not { } before)
        {
            return new TaskOutcome(stopped ? "budgetSpent" : edits > 0 ? "changed" : "notFixed", summary);
        }

        var after = TestFigures.Of(last);
        var proof = new TaskProof(before, after);
        var failing = TestLedger.Failing(last);
        var kind = (state.Kind, last.Status) switch
        {
            (_, "passed") when edits == 0 => "answered",
            ("fix", "passed") => "fixed",
            (_, "passed") => "changed",
            _ when failing.Count < state.FailedBefore.Count && failing.All(state.FailedBefore.Contains) => "partly",
            _ => stopped ? "budgetSpent" : "notFixed",
        };
        return new TaskOutcome(kind, summary, proof);
    }

    private Task SayAsync(ChatMessage message)
    {
        conversation.Add(message);
        return session.ChangeAsync(draft => draft.Say(Conversation.Write(message)), Stopping);
    }
}
