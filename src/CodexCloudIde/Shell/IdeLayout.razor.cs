using CodexCloudIde.Tenants;
using Microsoft.AspNetCore.Components;

namespace CodexCloudIde.Shell;

/// <summary>The IDE's frame.</summary>
public sealed partial class IdeLayout
{
    [CascadingParameter]
    private HttpContext? Context { get; set; }

    /// <summary>Whose page it is: what was typed and not sent is kept in the browser by it.</summary>
    private string? UserId => Callers.OrNull(Context?.User)?.User.ToString();
}
