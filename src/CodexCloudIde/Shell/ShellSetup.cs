using MudBlazor.Services;

namespace CodexCloudIde.Shell;

/// <summary>Pages: Razor components, the theme, headers and static files.</summary>
internal static class ShellSetup
{
    public static IServiceCollection AddShell(this IServiceCollection services)
    {
        services.AddRazorComponents().AddInteractiveServerComponents();
        services.AddMudServices();
        services.AddHttpContextAccessor();
        services.AddSingleton<BrowserAssets>();
        return services;
    }

    public static IApplicationBuilder UseShell(this IApplicationBuilder app) => app.Use(next => context => PageSecurity.AddHeadersAsync(context, next));

    public static IEndpointRouteBuilder MapShell(this IEndpointRouteBuilder routes)
    {
        routes.MapStaticAssets();
        // The whole policy is ours (PageSecurity); the framework's own header holds frame-ancestors alone.
        routes.MapRazorComponents<App>().AddInteractiveServerRenderMode(options => options.ContentSecurityFrameAncestorsPolicy = null);
        return routes;
    }
}
