using CodexCloudIde.Api;

namespace CodexCloudIde.Hosting;

/// <summary>
/// The server's end waits for requests under way, but not for ever: streams, hubs and runs end by themselves at once, and whatever is still open after
/// <see cref="Grace"/> and waits for its client (a slow upload, a browser that does not answer) is cut off, so that Ctrl+C takes seconds.
/// </summary>
internal sealed class OpenRequests
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly RequestDelegate next;
    private readonly CancellationTokenSource late = new();

    public OpenRequests(RequestDelegate next, IHostApplicationLifetime lifetime)
    {
        this.next = next;
        lifetime.ApplicationStopping.Register(() => late.CancelAfter(Grace));
    }

    public async Task InvokeAsync(HttpContext context)
    {
        var request = new OpenRequest(context);
        context.Features.Set(request);
        await using var cut = late.Token.UnsafeRegister(static request => ((OpenRequest)request!).CutOff(), request);
        await next(context);
    }
}

internal static class StoppingSetup
{
    /// <summary>All services together; what is not done by then is not worth waiting for: everything acknowledged is on disk already.</summary>
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(20);

    public static void AddStopping(this IHostApplicationBuilder builder) => builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = Most);

    public static void UseStopping(this IApplicationBuilder app) => app.UseMiddleware<OpenRequests>();
}
