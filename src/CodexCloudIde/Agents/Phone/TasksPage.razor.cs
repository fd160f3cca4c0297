using CodexCloudIde.Tenants;
using CodexCloudIde.Workspaces;
using Microsoft.AspNetCore.Components;

namespace CodexCloudIde.Agents.Phone;

/// <summary>Newest tasks of every workspace that the caller may see, or of one.</summary>
public sealed partial class TasksPage
{
    private const int Shown = 50;

    [CascadingParameter]
    private HttpContext Http { get; set; } = null!;

    [SupplyParameterFromQuery]
    private string? Workspace { get; set; }

    [Inject]
    private TaskList List { get; set; } = null!;

    private IReadOnlyList<TaskView> Tasks { get; set; } = [];

    protected override async Task OnInitializedAsync()
    {
        WorkspaceId? only = WorkspaceId.TryParse(Workspace, null, out var id) ? id : null;
        Tasks = [.. (await List.ReadAsync(Http.GetCaller(), only, null, null, Shown, Http.RequestAborted)).Select(task => task.View())];
    }
}
