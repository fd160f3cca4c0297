using System.Security.Claims;
using Microsoft.AspNetCore.Components;

namespace CodexCloudIde.Shell;

/// <summary>The IDE's frame.</summary>
public sealed partial class IdeLayout
{
    [CascadingParameter]
    private HttpContext? Context { get; set; }

    private string? UserId => Context?.User.FindFirstValue(ClaimTypes.NameIdentifier);

    private string? UserName => Context?.User.Identity?.Name;
}
