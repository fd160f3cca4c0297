using CodexCloudIde.Tenants;

namespace CodexCloudIde.Api;

/// <summary>
/// Things that tell what happens to them, each by <c>GET /api/v1/{kind}/{id}/events</c> and, for pages that follow several at once, by <see cref="EventHub"/>.
/// </summary>
internal interface IEventSource
{
    /// <summary>As in the address: <c>workspaces</c>, <c>tasks</c>, ….</summary>
    IReadOnlyList<string> Kinds { get; }

    /// <summary>Subscribed when it returns: nothing that happens afterwards is missed.</summary>
    /// <returns>A refusal when the caller may not read it, or there is no such thing.</returns>
    Task<Outcome<EventStream>> OpenAsync(Caller caller, string id, CancellationToken cancellationToken);
}

internal static class EventSources
{
    public static void AddEventSource<T>(this IServiceCollection services)
        where T : class, IEventSource
    {
        services.AddSingleton<T>();
        services.AddSingleton<IEventSource>(provider => provider.GetRequiredService<T>());
    }

    /// <summary><c>GET /{id}/events</c> within the group.</summary>
    public static void MapEvents<T>(this IEndpointRouteBuilder things)
        where T : class, IEventSource =>
        things.MapGet("/{id}/events", async (HttpContext context, string id, CancellationToken cancellationToken) =>
            (await context.RequestServices.GetRequiredService<T>().OpenAsync(context.GetCaller(), id, cancellationToken)).ToResult(stream => stream));
}
