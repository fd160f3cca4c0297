using System.Text.Json.Nodes;
using CodexCloudIde.Api;
using CodexCloudIde.Audit;
using CodexCloudIde.Documents;
using CodexCloudIde.Models;
using CodexCloudIde.Tenants;
using CodexCloudIde.Workspaces;
using Orleans.Concurrency;
using Orleans.Utilities;

namespace CodexCloudIde.Agents;

/// <summary>
/// Theory of operation. The grain owns the <see cref="TaskSession"/> (state and log) and the <see cref="TaskRun"/> (the job under way, if any). It only
/// accepts: checks, appends what was asked, starts or steers the job, answers. The job runs on the thread pool and writes through the same session. On
/// activation a state that says "live" without a job is the trace of a dead process: the task is marked interrupted and waits for Resume.
/// </summary>
[Reentrant]
internal sealed partial class TaskGrain(
    TaskStore store, TaskJob job, TaskSlots slots, WorkspaceAccess access, WorkspaceEvents events, OpenDocuments documents, ModelCatalog models, AuditLog audit, TimeProvider time,
    ILogger<TaskGrain> logger) : Grain, ITaskGrain
{
    private readonly ObserverManager<ITaskObserver> observers = new(TimeSpan.FromMinutes(5), logger);
    private TaskScheduler turnScheduler = TaskScheduler.Default;
    private TaskSession? session;
    private readonly SemaphoreSlim reviewing = new(1, 1);

    private TenantId Tenant => TenantId.Parse(this.GetPrimaryKeyString().Split('/')[0]);

    private string Id => this.GetPrimaryKeyString().Split('/')[1];

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        turnScheduler = TaskScheduler.Current;
        if (await store.FindAsync(Tenant, Id, cancellationToken) is { } state)
        {
            session = Open(state);
            if (TaskStates.IsLive(state.State))
            {
                TaskLog.Interrupted(logger, Id);
                await TaskJob.InterruptAsync(session, null);
            }
        }
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (run is { } running)
        {
            await running.CancelAsync(byPerson: false);
            await running.Completion.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
    }

    public async Task<Outcome<string>> CreateAsync(Caller caller, WorkspaceRef workspace, string requestJson)
    {
        var request = TaskJson.Read<TaskRequest>(requestJson);
        if (caller.Tenant != Tenant || (await access.FindAsync(caller, workspace.Workspace, Role.Developer, CancellationToken.None)) is not { Succeeded: true, Value: var found })
        {
            return Refusal.NotFound;
        }

        if (session is not null)
        {
            return View();
        }

        if (request.Check(models) is { } refusal)
        {
            return refusal;
        }

        models.TryFind(request.Model, out var model);
        var checkout = request.Checkout == "branch" ? Id : WorkspaceRef.Live;
        var state = Fresh(caller, found with { Checkout = checkout }, request.Kind, TaskPrompts.Title(request.Kind, request.Prompt)) with
        {
            Mode = request.Mode ?? "auto",
            Model = model!.Name,
            Priority = request.Priority ?? "default",
            Budget = request.BudgetOrDefault(),
        };
        await RecordAsync(caller, "task.created", "allowed", new JsonObject { ["kind"] = state.Kind, ["mode"] = state.Mode, ["workspace"] = found.Workspace.ToString() });
        session = Open(state);
        var started = Take();
        var first = TaskPrompts.First(request.Kind, request.Prompt);
        await LaunchAsync(started, draft => Heard(draft.PublishTask("thread.started"), first, caller).Change(next => next with { State = TaskStates.Queued, Now = "queued" }));
        return View();
    }

    public async Task<Outcome<string>> CreateForkAsync(Caller caller, string fromTask, int throughItem)
    {
        if (caller.Tenant != Tenant || session is not null || await store.FindAsync(Tenant, fromTask, CancellationToken.None) is not { } from
            || await access.FindAsync(caller, from.Workspace.Workspace, Role.Developer, CancellationToken.None) is not { Succeeded: true })
        {
            return Refusal.NotFound;
        }

        await RecordAsync(caller, "task.created", "allowed", new JsonObject { ["kind"] = from.Kind, ["forkOf"] = fromTask });
        var isBranch = from.Workspace.Checkout != WorkspaceRef.Live;
        var state = Fresh(caller, isBranch ? from.Workspace with { Checkout = Id } : from.Workspace, from.Kind, from.Title) with
        {
            Mode = from.Mode,
            Model = from.Model,
            Priority = from.Priority,
            Budget = from.Budget,
            State = TaskStates.Interrupted,
        };
        if (isBranch && await job.CopyCheckoutAsync(from.Workspace, state.Workspace, CancellationToken.None) is { } refusal)
        {
            return refusal;
        }

        session = Open(state);
        var messages = await store.ReadMessagesAsync(Tenant, fromTask, CancellationToken.None);
        await session.ChangeAsync(
            draft => draft.Change(next => next with { NextItem = isBranch ? from.NextItem : next.NextItem }).PublishTask("thread.started")
                .Say(messages.Where(message => message.AfterItem <= throughItem).Select(message => message.Json)),
            CancellationToken.None);
        if (isBranch)
        {
            // Its checkout is a copy of the other's as it is now: what came after the item is taken out of it.
            await store.CopyFilesAsync(Tenant, fromTask, Id, CancellationToken.None);
            if (throughItem < from.NextItem && await TaskRewind.RestoreAsync(session, job.FilesOf(session), store, throughItem) is { } unrestored)
            {
                return unrestored;
            }
        }

        return View();
    }

    public Task<Outcome<string>> GetAsync(Caller caller) => GuardedAsync(caller, Role.Viewer, _ => Task.FromResult(View()));

    public Task<Outcome<string>> SayAsync(Caller caller, string text) => GuardedAsync(caller, Role.Developer, async task =>
    {
        if (string.IsNullOrWhiteSpace(text) || text.Length > TaskRequest.MostPrompt)
        {
            return new Refusal(400, "malformed-request", $"'text' must have 1 to {TaskRequest.MostPrompt} characters.", "text");
        }

        await RecordAsync(caller, "task.message", "allowed", new JsonObject { ["characters"] = text.Length });
        await task.ChangeAsync(draft => Heard(draft, text, caller), CancellationToken.None);
        if (run is null)
        {
            await StartAsync(Take(), caller);
        }

        return View();
    });

    public Task<Outcome<string>> CancelAsync(Caller caller) => GuardedAsync(caller, Role.Developer, async task =>
    {
        if (TaskStates.IsOver(task.State.State))
        {
            return View();
        }

        await RecordAsync(caller, "task.cancelled", "allowed", null);
        if (run is { } running)
        {
            await running.CancelAsync(byPerson: true);
            await running.Completion;
        }
        else
        {
            await task.ChangeAsync(draft => draft.Change(state => state with { State = TaskStates.Cancelled, Now = null }).PublishTask("thread.completed"), CancellationToken.None);
        }

        return View();
    });

    public Task<Outcome<string>> PauseAsync(Caller caller) => GuardedAsync(caller, Role.Developer, async task =>
    {
        if (run is null || task.State.State is not (TaskStates.Running or TaskStates.Queued or TaskStates.Paused))
        {
            return new Refusal(409, "not-running", $"The task is {task.State.State}; only a running one can be paused.");
        }

        run.Pause();
        await RecordAsync(caller, "task.paused", "allowed", null);
        // Unless it has come to its end, or to a question, meanwhile: it pauses after that.
        await task.ChangeAsync(
            draft => draft.State.State is TaskStates.Running or TaskStates.Queued
                ? draft.Change(state => state with { State = TaskStates.Paused, Now = "paused" }).PublishTask("thread.updated")
                : draft,
            CancellationToken.None);
        return View();
    });

    public Task<Outcome<string>> ResumeAsync(Caller caller) => GuardedAsync(caller, Role.Developer, async task =>
    {
        if (task.State.State is TaskStates.Completed or TaskStates.Running or TaskStates.Queued or TaskStates.WaitingForApproval)
        {
            return new Refusal(409, "nothing-to-resume", $"The task is {task.State.State}. Send it a message to have it go on.");
        }

        // Taken before anything is awaited: who asks twice starts it once, and who cancels meanwhile cancels this.
        var started = run is null ? Take() : null;
        await RecordAsync(caller, "task.resumed", "allowed", null);
        if (started is not null)
        {
            await StartAsync(started, caller);
        }
        else if (run is { IsPaused: true } paused)
        {
            await task.ChangeAsync(
                draft => draft.State.State == TaskStates.Paused ? draft.Change(state => state with { State = TaskStates.Running, Now = null }).PublishTask("thread.updated") : draft,
                CancellationToken.None);
            paused.Resume();
        }

        return View();
    });

    public Task<Outcome<string>> DecideAsync(Caller caller, string approval, string decision, bool always, string? actionHash) => GuardedAsync(caller, Role.Developer, async task =>
    {
        if (decision is not ("allow" or "deny"))
        {
            return new Refusal(400, "malformed-request", "'decision' is allow or deny.", "decision");
        }

        if (task.State.PendingApprovals.FirstOrDefault(pending => pending.Id == approval) is not { } pending)
        {
            return new Refusal(409, "approval-closed", "This approval was answered, withdrawn or has expired.");
        }

        if (actionHash is not null && actionHash != pending.ActionHash)
        {
            return new Refusal(409, "action-changed", "The action is not the one that you were shown; look again.", "actionHash");
        }

        if (pending.ExpiresAt <= time.GetUtcNow() || run?.Decide(approval, new Decision(decision == "allow", always, Actor.Of(caller))) != true)
        {
            return new Refusal(409, "approval-closed", "This approval was answered, withdrawn or has expired.");
        }

        return await Task.FromResult(View());
    });

    public Task<Outcome<string>> DiffAsync(Caller caller) => GuardedAsync(
        caller, Role.Viewer, async task => TaskJson.Write(await new TaskReview(task, job.FilesOf(task), documents, job.LandingOf(task)).DiffAsync(CancellationToken.None)));

    public Task<Outcome<string>> ReviewAsync(Caller caller, string? word, string[] accept, string[]? reject) => WhileIdleAsync(caller, async task =>
    {
        var review = new TaskReview(task, job.FilesOf(task), documents, job.LandingOf(task));
        var decision = new ReviewDecision(word, accept.ToHashSet(StringComparer.Ordinal), reject?.ToHashSet(StringComparer.Ordinal));
        if (decision.Named.Any() && (await review.DiffAsync(CancellationToken.None)).Hunks.Select(hunk => hunk.Id).ToHashSet(StringComparer.Ordinal) is var known && !decision.Named.All(known.Contains))
        {
            return new Refusal(422, "no-such-hunk", "A hunk of this id does not exist (any more); read the diff again.", "accept");
        }

        await RecordAsync(caller, "task.changes", "allowed", new JsonObject { ["accept"] = word ?? $"{accept.Length} hunks", ["reject"] = reject is null ? "the rest" : $"{reject.Length} hunks" });
        var refusal = await review.DecideAsync(decision, CancellationToken.None);
        return refusal is null ? TaskJson.Write(await review.DiffAsync(CancellationToken.None)) : refusal;
    });

    public Task<Outcome<string>> RewindAsync(Caller caller, string toItem) => WhileIdleAsync(caller, async task =>
    {
        if (!toItem.StartsWith('i') || !int.TryParse(toItem.AsSpan(1), out var item) || item < 1 || item >= task.State.NextItem)
        {
            return new Refusal(422, "no-such-item", "There is no item of this id in the task.", "to");
        }

        await RecordAsync(caller, "task.rewound", "allowed", new JsonObject { ["to"] = toItem });
        if (await TaskRewind.RestoreAsync(task, job.FilesOf(task), store, item) is { } refusal)
        {
            return refusal;
        }

        await task.ChangeAsync(
            draft => draft.Add(added => added with { Type = "contextCompaction", Summary = $"Went back to {toItem}", Author = caller.Name })
                .Change(state => state with { State = TaskStates.Interrupted, Outcome = null, Unread = [] }).PublishTask("thread.updated"),
            CancellationToken.None);
        return View();
    });

    public async Task<Outcome<long>> SubscribeAsync(Caller caller, ITaskObserver observer)
    {
        var allowed = await GuardedAsync(caller, Role.Viewer, _ => Task.FromResult<Outcome<string>>(""));
        if (!allowed.Succeeded)
        {
            return allowed.Refusal;
        }

        observers.Subscribe(observer, observer);
        return session!.State.NextEvent - 1;
    }

    public Task UnsubscribeAsync(ITaskObserver observer)
    {
        observers.Unsubscribe(observer);
        return Task.CompletedTask;
    }

    public Task LookAsync() => InterruptStrayAsync();

    private Outcome<string> View() => TaskJson.Write(session!.State.View());

    private static TaskDraft Heard(TaskDraft draft, string text, Caller caller) => draft
        .Add(item => item with { Type = "userMessage", Text = text, Author = caller.Name })
        .Change(state => state with { Unread = [.. state.Unread, text] });

    private TaskState Fresh(Caller caller, WorkspaceRef workspace, string kind, string title)
    {
        var now = time.GetUtcNow();
        return new TaskState
        {
            Id = Id, Workspace = workspace, Owner = caller, Kind = kind, Mode = "auto", Model = "", Priority = "default", Budget = TaskBudget.Default, Title = title,
            State = TaskStates.Queued, CreatedAt = now, UpdatedAt = now,
        };
    }

    private TaskSession Open(TaskState state) => new(state, store, events, time, last => _ = Task.Factory.StartNew(
        () => observers.Notify(observer => observer.AdvancedAsync(last)), CancellationToken.None, TaskCreationOptions.None, turnScheduler));

    private async Task<Outcome<string>> GuardedAsync(Caller caller, Role needed, Func<TaskSession, Task<Outcome<string>>> act)
    {
        if (session is not { } task || caller.Tenant != Tenant)
        {
            return Refusal.NotFound;
        }

        var allowed = await access.FindAsync(caller, task.State.Workspace.Workspace, needed, CancellationToken.None);
        if (!allowed.Succeeded)
        {
            return allowed.Refusal;
        }

        // The end is published a moment before its job has left.
        if (run is { IsLaunched: true } leaving && !TaskStates.IsLive(task.State.State))
        {
            await leaving.Completion;
        }

        await InterruptStrayAsync();

        return await act(task);
    }

    /// <summary>One after the other: each sees what the one before has made of the files.</summary>
    private Task<Outcome<string>> WhileIdleAsync(Caller caller, Func<TaskSession, Task<Outcome<string>>> act) => GuardedAsync(caller, Role.Developer, async task =>
    {
        await reviewing.WaitAsync();
        try
        {
            return run is null ? await act(task) : new Refusal(409, "task-running", "The task is still working; wait for its end or cancel it first.");
        }
        finally
        {
            reviewing.Release();
        }
    });

    private Task RecordAsync(Caller caller, string type, string result, JsonObject? data) =>
        audit.AppendAsync(new AuditRecord(Tenant, Actor.Of(caller), type, $"task/{Id}", result, data), CancellationToken.None);
}
