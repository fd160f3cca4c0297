using CodexCloudIde.Tenants;
using Microsoft.AspNetCore.Components;

namespace CodexCloudIde.Agents.Phone;

/// <summary>Everything that waits for a person.</summary>
public sealed partial class ApprovalsPage
{
    [CascadingParameter]
    private HttpContext Http { get; set; } = null!;

    [Inject]
    private TaskList List { get; set; } = null!;

    private IReadOnlyList<TaskView> Waiting { get; set; } = [];

    protected override async Task OnInitializedAsync()
    {
        var waiting = await List.ReadAsync(Http.GetCaller(), null, TaskStates.WaitingForApproval, null, 100, Http.RequestAborted);
        Waiting = [.. waiting.Select(task => task.View()).Where(task => task.PendingApprovals.Count > 0)];
    }
}
