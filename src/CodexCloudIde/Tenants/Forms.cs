using CodexCloudIde.Tenants.Pages;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CodexCloudIde.Tenants;

/// <summary>Static pages and their forms: every post carries an antiforgery token.</summary>
internal static class Forms
{
    /// <summary>A post of a page's form.</summary>
    public static RouteHandlerBuilder MapForm(this IEndpointRouteBuilder routes, string path, Delegate handler) =>
        routes.MapPost(path, handler).WithMetadata(new RequireAntiforgeryTokenAttribute()).AddEndpointFilter(CheckAsync).ExcludeFromDescription();

    public static RouteHandlerBuilder MapPage(this IEndpointRouteBuilder routes, string path, Delegate handler) =>
        routes.MapGet(path, handler).ExcludeFromDescription();

    /// <summary>Renders a page by itself.</summary>
    public static IResult Page<T>(object parameters, int status = StatusCodes.Status200OK)
        where T : IComponent => new RazorComponentResult<T>(parameters) { StatusCode = status, PreventStreamingRendering = true };

    /// <summary>Only paths of this site: anything else would send people away after signing in.</summary>
    public static string Local(string? next) =>
        next is { Length: > 0 } && next[0] == '/' && (next.Length == 1 || next[1] is not ('/' or '\\')) && !next.Any(char.IsControl) ? next : "/";

    private static async ValueTask<object?> CheckAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        context.HttpContext.Features.Get<IAntiforgeryValidationFeature>() is { IsValid: true }
            ? await next(context)
            : Page<MessagePage>(
                new { Title = "This form is out of date", Text = "You signed in or out since it was opened. Open it again.", Link = context.HttpContext.Request.Path.Value, LinkText = "Open again" },
                StatusCodes.Status400BadRequest);
}

[AttributeUsage(AttributeTargets.Method)]
internal sealed class RequireAntiforgeryTokenAttribute : Attribute, IAntiforgeryMetadata
{
    public bool RequiresValidation => true;
}
