using CodexCloudIde.Executions;
using CodexCloudIde.Tenants;
using CodexCloudIde.Workspaces;

namespace CodexCloudIde.Agents;

/// <summary>States of a task as the API names them.</summary>
internal static class TaskStates
{
    public const string Queued = "queued";
    public const string Running = "running";
    public const string WaitingForApproval = "waitingForApproval";
    public const string Paused = "paused";
    public const string Interrupted = "interrupted";
    public const string Completed = "completed";
    public const string Failed = "failed";
    public const string Cancelled = "cancelled";

    public static IReadOnlyList<string> All { get; } = [Queued, Running, WaitingForApproval, Paused, Interrupted, Completed, Failed, Cancelled];

    /// <summary>A turn is under way, or believed to be.</summary>
    public static bool IsLive(string state) => state is Queued or Running or WaitingForApproval or Paused;

    /// <summary>Nothing more comes unless somebody asks for it.</summary>
    public static bool IsOver(string state) => state is Completed or Failed or Cancelled;
}

/// <summary>When a turn must end by itself.</summary>
/// <param name="Iterations">Model calls.</param>
/// <param name="Tokens">In and out together.</param>
/// <param name="Cost">In the tenant's currency; 0 means no bound.</param>
/// <param name="Seconds">Wall time of the turn, waiting for people not counted.</param>
internal sealed record TaskBudget(int Iterations, long Tokens, decimal Cost, int Seconds)
{
    public static TaskBudget Default { get; } = new(60, 2_000_000, 0, 1_800);
}

internal sealed record TaskUsage(long TokensIn, long TokensOut, decimal Cost, double Seconds)
{
    public static TaskUsage None { get; } = new(0, 0, 0, 0);
}

/// <summary>Tests before the first edit and after the last.</summary>
internal sealed record TaskProof(TestFigures Before, TestFigures After);

internal sealed record TestFigures(string Status, int Total, int Passed, int Failed)
{
    public static TestFigures Of(TestRun run) => new(run.Status, run.Total, run.Passed, run.Failed + run.Errors);
}

/// <summary>How a task ended.</summary>
/// <param name="Kind"><c>fixed</c>, <c>partly</c>, <c>notFixed</c>, <c>changed</c>, <c>answered</c> or <c>budgetSpent</c>.</param>
/// <param name="Summary">What was wrong and why the patch is right, in the model's words.</param>
/// <param name="Proof">Red before, green after.</param>
internal sealed record TaskOutcome(string Kind, string Summary, TaskProof? Proof = null);

/// <summary>A step that a person must allow. The decision is bound to the hash of the exact action.</summary>
internal sealed record Approval(
    string Id, string ItemId, string Action, string ActionHash, string Risk, DateTimeOffset ExpiresAt, string Reason, string Always);

/// <summary>A hunk that somebody accepted or rejected.</summary>
internal sealed record ReviewedHunk(string Id, string Path, string Header, IReadOnlyList<string> Lines, string State);

/// <summary>Everything of a task but its events, conversation and file bases; replaced, never mutated.</summary>
internal sealed record TaskState
{
    public required string Id { get; init; }

    public required WorkspaceRef Workspace { get; init; }

    /// <summary>On whose behalf it runs: who created or last resumed it.</summary>
    public required Caller Owner { get; init; }

    public required string Kind { get; init; }

    public required string Mode { get; init; }

    public required string Model { get; init; }

    public required string Priority { get; init; }

    public required TaskBudget Budget { get; init; }

    public required string Title { get; init; }

    public required string State { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public int Turns { get; init; }

    public TaskUsage Usage { get; init; } = TaskUsage.None;

    public TaskOutcome? Outcome { get; init; }

    /// <summary>Why it failed, for people.</summary>
    public string? Error { get; init; }

    /// <summary>One line: what it does now.</summary>
    public string? Now { get; init; }

    public IReadOnlyList<Approval> PendingApprovals { get; init; } = [];

    /// <summary>Hashes of actions that were allowed for the rest of the task.</summary>
    public IReadOnlyList<string> AlwaysAllowed { get; init; } = [];

    /// <summary>What people wrote and the model has not been told yet.</summary>
    public IReadOnlyList<string> Unread { get; init; } = [];

    public IReadOnlyList<ReviewedHunk> Reviewed { get; init; } = [];

    /// <summary>Tests before the first edit.</summary>
    public TestFigures? Before { get; init; }

    /// <summary>Case ids that failed before the first edit.</summary>
    public IReadOnlyList<string> FailedBefore { get; init; } = [];

    public long NextEvent { get; init; } = 1;

    public int NextMessage { get; init; } = 1;

    public int NextItem { get; init; } = 1;

    /// <summary>The API's Task.</summary>
    public TaskView View() => new(
        Id, Workspace.Workspace.ToString(), Workspace.Checkout, Kind, State, Title, Mode, Model, CreatedAt, UpdatedAt, Turns, Usage, Outcome, Error, Now, PendingApprovals,
        Owner.Name, NextEvent - 1);
}

/// <summary>A task as the API answers it.</summary>
internal sealed record TaskView(
    string Id, string Workspace, string Checkout, string Kind, string State, string Title, string Mode, string Model, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt,
    int Turns, TaskUsage Usage, TaskOutcome? Outcome, string? Error, string? Now, IReadOnlyList<Approval> PendingApprovals, string StartedBy, long LastEvent);
