using CodexCloudIde.Api;
using Microsoft.AspNetCore.Http.Features;

namespace CodexCloudIde.Workspaces;

/// <summary>
/// Refuses requests below the workspaces whose path has a ".." in it. Servers fold such segments before routing, so <c>DELETE …/files/..</c> would arrive as
/// <c>DELETE …</c>, the deletion of the workspace itself.
/// </summary>
internal static class DotSegments
{
    private static Refusal Refused { get; } = new(400, "invalid-path", "A path cannot contain '..'.", "path");

    /// <summary>Before routing.</summary>
    public static void UseWorkspaces(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        var target = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
        return target.StartsWith("/api/v1/workspaces/", StringComparison.OrdinalIgnoreCase)
            && Uri.UnescapeDataString(target.Split('?')[0]).Split('/').Contains("..", StringComparer.Ordinal)
                ? Problems.WriteAsync(context, Refused)
                : next(context);
    });
}
