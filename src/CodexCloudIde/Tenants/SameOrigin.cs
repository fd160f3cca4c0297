using CodexCloudIde.Api;

namespace CodexCloudIde.Tenants;

/// <summary>
/// Cookies travel by themselves, so what a cookie authenticates must come from our own pages: hubs and circuits by Origin, state-changing API calls
/// by Origin or Sec-Fetch-Site and the header <c>X-Requested-With: codex</c>, which no form of a foreign page can send. Forms carry antiforgery tokens.
/// </summary>
internal sealed class SameOrigin(RequestDelegate next)
{
    public const string Header = "X-Requested-With";
    public const string Value = "codex";

    public Task InvokeAsync(HttpContext context)
    {
        if (context.User.Identity?.AuthenticationType != SessionCookie.Scheme) return next(context);
        var request = context.Request;
        var socket = request.Path.StartsWithSegments("/hubs") || request.Path.StartsWithSegments("/_blazor") || context.WebSockets.IsWebSocketRequest;
        var safe = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method);
        if (socket && (context.WebSockets.IsWebSocketRequest || !safe) && !IsOwn(request)) return RefuseAsync(context);
        if (!socket && !safe && ProblemPages.IsApi(context) && (!IsOwn(request) || request.Headers[Header] != Value)) return RefuseAsync(context);
        return next(context);
    }

    private static bool IsOwn(HttpRequest request)
    {
        var origin = request.Headers.Origin.ToString();
        if (origin.Length > 0) return string.Equals(origin, $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase);
        return request.Headers["Sec-Fetch-Site"] == "same-origin";
    }

    private static Task RefuseAsync(HttpContext context) => Problems.WriteAsync(
        context, new Refusal(403, "cross-site", $"A call with a cookie must come from the IDE's own pages, with {Header}: {Value}; programs use a bearer token."));
}
