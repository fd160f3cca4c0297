using CodexCloudIde.Tenants;
using Microsoft.AspNetCore.Components;

namespace CodexCloudIde.Agents.Phone;

/// <summary>Who is signed in, and the way out.</summary>
public sealed partial class MePage
{
    [CascadingParameter]
    private HttpContext Http { get; set; } = null!;

    private string Name => Http.GetCaller().Name;
}
