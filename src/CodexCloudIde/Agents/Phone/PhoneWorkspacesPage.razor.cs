using CodexCloudIde.Api;
using CodexCloudIde.Tenants;
using CodexCloudIde.Workspaces;
using Microsoft.AspNetCore.Components;

namespace CodexCloudIde.Agents.Phone;

/// <summary>Workspaces, each with the tasks that are started most from a phone.</summary>
public sealed partial class PhoneWorkspacesPage
{
    [CascadingParameter]
    private HttpContext Http { get; set; } = null!;

    [SupplyParameterFromQuery]
    private string? Notice { get; set; }

    [Inject]
    private WorkspaceCatalog Catalog { get; set; } = null!;

    private IReadOnlyList<WorkspaceView> Workspaces { get; set; } = [];

    protected override async Task OnInitializedAsync() =>
        Workspaces = (await Catalog.ListAsync(Http.GetCaller(), new PageRequest(100, null), Http.RequestAborted)).Items;
}
