using Microsoft.AspNetCore.Components;

namespace CodexCloudIde.Shell;

/// <summary>The document around every page.</summary>
public sealed partial class App
{
    [CascadingParameter]
    private HttpContext Context { get; set; } = null!;

    private bool HasChoice => Context.Request.Cookies["theme"] is "dark" or "light";

    private string Chosen => Context.Request.Cookies["theme"] == "light" ? "light" : "dark";

    private bool IsIde => Context.Request.Path.StartsWithSegments("/w", StringComparison.Ordinal);

    /// <summary>Pages for the phone and account pages are static; they open no circuit.</summary>
    private bool IsInteractive => IsIde;
}
