using System.Runtime.CompilerServices;
using CodexCloudIde.Tenants;
using Microsoft.AspNetCore.SignalR;

namespace CodexCloudIde.Api;

/// <summary>
/// All event streams of a page over one WebSocket. A browser keeps six HTTP/1.1 connections per host for all its tabs, and an event stream holds one for as
/// long as it lasts; WebSockets are not counted among them.
/// </summary>
internal sealed class EventHub(IEnumerable<IEventSource> sources, AccessWatch watch, IServiceProvider services) : Hub
{
    /// <summary>At once per connection.</summary>
    public const int MostStreams = 32;

    /// <summary>What one is told first: from here on nothing is missed.</summary>
    private static readonly ServerEvent Opened = new("open", "{}");

    public override async Task OnConnectedAsync()
    {
        var context = Context;
        var ended = watch.Watch(Callers.Of(context.User)).Register(context.Abort);
        context.ConnectionAborted.Register(ended.Dispose);
        await base.OnConnectedAsync();
    }

    /// <summary>
    /// The events of <c>/api/v1/{kind}/{id}/events</c> after one <c>open</c>, until they end or access does; or one <c>refused</c> whose data is the code,
    /// <c>"notFound"</c> or <c>"forbidden"</c>.
    /// </summary>
    /// <param name="after">The id of the last event that is known, as in <c>Last-Event-ID</c>; null for all.</param>
    public async IAsyncEnumerable<ServerEvent> Follow(string kind, string id, string? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var caller = Callers.Of(Context.User);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, Context.ConnectionAborted);
        var source = sources.FirstOrDefault(source => source.Kinds.Contains(kind));
        var opened = source is null ? Refusal.NotFound : await source.OpenAsync(caller, id, ending.Token);
        if (!opened.Succeeded)
        {
            yield return new ServerEvent("refused", opened.Refusal.Status == StatusCodes.Status403Forbidden ? "\"forbidden\"" : "\"notFound\"");
            yield break;
        }

        yield return Opened;
        await foreach (var happened in opened.Value.ReadAsync(services, caller, after, ending.Token))
        {
            yield return happened;
        }
    }
}
