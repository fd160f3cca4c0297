using CodexCloudIde.Tenants;
using Microsoft.AspNetCore.Components;

namespace CodexCloudIde.Agents.Phone;

/// <summary>One task: outcome or now on top, approvals, timeline, composer. Drawn from the log; what comes later is streamed.</summary>
public sealed partial class TaskPage
{
    [Parameter]
    public string Id { get; set; } = "";

    [CascadingParameter]
    private HttpContext Http { get; set; } = null!;

    [SupplyParameterFromQuery]
    private string? Notice { get; set; }

    [Inject]
    private IGrainFactory Grains { get; set; } = null!;

    [Inject]
    private TaskStore Store { get; set; } = null!;

    private TaskView? Shown { get; set; }

    private IReadOnlyList<TaskItem> Items { get; set; } = [];

    protected override async Task OnInitializedAsync()
    {
        var caller = Http.GetCaller();
        if (!TaskEndpoints.IsId(Id) || await Grains.Of(caller, Id).GetAsync(caller) is not { Succeeded: true, Value: var json })
        {
            Http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        Shown = TaskJson.Read<TaskView>(json);
        Items = await TaskTimeline.ReadAsync(Store, caller.Tenant, Id, Http.RequestAborted);
    }
}
