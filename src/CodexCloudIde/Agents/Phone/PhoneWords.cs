namespace CodexCloudIde.Agents.Phone;

/// <summary>States and items in words and icons, the same on every page of the phone.</summary>
internal static class PhoneWords
{
    public static string StateOf(TaskView task) => task.State switch
    {
        TaskStates.WaitingForApproval => "needs you",
        TaskStates.Completed => task.Outcome is { } outcome ? (task.Kind, outcome.Kind) is ("fix", "answered") ? "nothing to fix" : OutcomeOf(outcome.Kind) : "done",
        _ => task.State,
    };

    public static string OutcomeOf(string kind) => kind switch
    {
        "fixed" => "fixed",
        "partly" => "partly fixed",
        "notFixed" => "not fixed",
        "changed" => "changed",
        "answered" => "answered",
        "budgetSpent" => "budget spent",
        _ => kind,
    };

    public static string NowOf(TaskView task) => task.State switch
    {
        TaskStates.WaitingForApproval when task.PendingApprovals.Count > 0 => $"waits for you: {task.PendingApprovals[0].Action}",
        TaskStates.Interrupted => "interrupted, can be resumed",
        TaskStates.Failed => task.Error ?? "failed",
        TaskStates.Completed => FirstLine(task.Outcome?.Summary) ?? "done",
        _ => task.Now is { } now ? $"now: {now}" : task.State,
    };

    public static string IconOf(TaskView task) => task.State switch
    {
        TaskStates.Completed => task.Outcome?.Kind is "notFixed" or "partly" or "budgetSpent" ? "warning" : "passed",
        TaskStates.Failed => "failed",
        TaskStates.Cancelled => "stop",
        TaskStates.WaitingForApproval => "approve",
        TaskStates.Interrupted or TaskStates.Paused => "warning",
        TaskStates.Queued => "clock",
        _ => "agent",
    };

    public static string ToneOf(TaskView task) => IconOf(task) switch
    {
        "passed" => "tone-passed",
        "failed" => "tone-failed",
        "warning" or "approve" => "tone-warning",
        "agent" => "tone-agent",
        _ => "tone-muted",
    };

    public static string IconOf(TaskItem item) => item.Type switch
    {
        "userMessage" => "person",
        "agentMessage" => "message",
        "plan" => "plan",
        "reasoning" => "thinking",
        "fileChange" => "edit",
        "testRun" => "tests",
        "approval" => "approve",
        "contextCompaction" => "collapse",
        _ => "terminal",
    };

    /// <summary>An item in one line.</summary>
    public static string LineOf(TaskItem item) => item.Type switch
    {
        "userMessage" or "agentMessage" or "reasoning" => FirstLine(item.Text) ?? "…",
        "plan" => item.Steps is { } steps ? $"Plan: {steps.Count(step => step.Status == "completed")} of {steps.Count} steps done" : "Plan",
        "fileChange" => $"{item.Path} {(item.Added is null ? item.Summary : $"+{item.Added} −{item.Removed}")}",
        "testRun" => item.TestRun is { } run ? $"{run.Passed} passed, {run.Failed + run.Errors} failed" : item.Summary ?? "running tests",
        "approval" => $"{item.Decision switch { "allow" => "Allowed", "deny" => "Denied", "expired" => "Nobody answered", "withdrawn" => "Withdrawn", _ => "Waits for you" }}: {item.Approval?.Action}",
        _ => item.Command is { } command ? $"{item.Purpose ?? string.Join(' ', command)}{(item.Summary is null ? "" : $" · {item.Summary}")}" : item.Summary ?? item.Type,
    };

    /// <summary>A model's words with what stands between backticks told apart.</summary>
    public static IEnumerable<(string Text, bool Code)> Marked(string text) => text.Split('`').Select((part, i) => (part, i % 2 == 1)).Where(part => part.part.Length > 0);

    public static string? FirstLine(string? text) =>
        text?.Trim().Split('\n')[0] is { Length: > 0 } line ? (line.Length > 200 ? line[..199] + "…" : line) : null;
}
