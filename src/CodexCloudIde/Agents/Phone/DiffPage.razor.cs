using CodexCloudIde.Tenants;
using Microsoft.AspNetCore.Components;

namespace CodexCloudIde.Agents.Phone;

/// <summary>What a task changed, by file.</summary>
public sealed partial class DiffPage
{
    [Parameter]
    public string Id { get; set; } = "";

    [CascadingParameter]
    private HttpContext Http { get; set; } = null!;

    [Inject]
    private IGrainFactory Grains { get; set; } = null!;

    private DiffView? Diff { get; set; }

    /// <summary>The task still works: looking is allowed, deciding is not.</summary>
    private bool Busy { get; set; }

    protected override async Task OnInitializedAsync()
    {
        var caller = Http.GetCaller();
        if (!TaskEndpoints.IsId(Id) || await Grains.Of(caller, Id).GetAsync(caller) is not { Succeeded: true, Value: var task })
        {
            Http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        Busy = TaskStates.IsLive(TaskJson.Read<TaskView>(task).State);
        var diff = await Grains.Of(caller, Id).DiffAsync(caller);
        Diff = diff.Succeeded ? TaskJson.Read<DiffView>(diff.Value) : null;
    }
}
