namespace CodexCloudIde.Tenants;

/// <summary>A page's circuit is a hub too: only of somebody who is signed in, and cut when that ends. One that comes back is asked anew.</summary>
internal sealed class CircuitAccess(RequestDelegate next, AccessWatch watch)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (!context.Request.Path.StartsWithSegments("/_blazor"))
        {
            await next(context);
            return;
        }

        if (Callers.OrNull(context.User) is not { } caller)
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        await using var cut = watch.Watch(caller).UnsafeRegister(static request => ((HttpContext)request!).Abort(), context);
        await next(context);
    }
}
