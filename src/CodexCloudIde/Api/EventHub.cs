using System.Runtime.CompilerServices;
using System.Threading.Channels;
using CodexCloudIde.Tenants;
using Microsoft.AspNetCore.SignalR;

namespace CodexCloudIde.Api;

/// <summary>
/// All event streams of a page over one WebSocket. A browser keeps six HTTP/1.1 connections per host for all its tabs, and an event stream holds one for as
/// long as it lasts; WebSockets are not counted among them.
/// </summary>
/// <remarks>
/// What comes in quick succession is told together: a test run's hundreds of events per second would each wake every page that shows it, at the cost of the
/// person who types there.
/// </remarks>
internal sealed class EventHub(IEnumerable<IEventSource> sources, AccessWatch watch, IServiceProvider services, TimeProvider time) : Hub
{
    /// <summary>At once per connection.</summary>
    public const int MostStreams = 32;

    /// <summary>At least between two messages of a stream; the first of a burst does not wait.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>In one message, and waiting to be sent.</summary>
    private const int MostTogether = 256;

    /// <summary>What one is told first: from here on nothing is missed.</summary>
    private static readonly List<ServerEvent> Opened = [new("open", "{}")];

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
    public async IAsyncEnumerable<List<ServerEvent>> Follow(string kind, string id, string? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var caller = Callers.Of(Context.User);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, Context.ConnectionAborted);
        var source = sources.FirstOrDefault(source => source.Kinds.Contains(kind));
        var opened = source is null ? Refusal.NotFound : await source.OpenAsync(caller, id, ending.Token);
        if (!opened.Succeeded)
        {
            yield return [new ServerEvent("refused", opened.Refusal.Status == StatusCodes.Status403Forbidden ? "\"forbidden\"" : "\"notFound\"")];
            yield break;
        }

        yield return Opened;
        var events = Channel.CreateBounded<ServerEvent>(new BoundedChannelOptions(MostTogether) { SingleReader = true, SingleWriter = true });
        var reading = ReadAsync(opened.Value.ReadAsync(services, caller, after, ending.Token), events.Writer, ending.Token);
        try
        {
            while (await events.Reader.WaitToReadAsync(ending.Token))
            {
                var together = new List<ServerEvent>();
                while (together.Count < MostTogether && events.Reader.TryRead(out var happened)) together.Add(happened);
                yield return together;
                await Task.Delay(Pause, time, ending.Token);
            }
        }
        finally
        {
            await ending.CancelAsync();
            await reading;
        }
    }

    private static async Task ReadAsync(IAsyncEnumerable<ServerEvent> source, ChannelWriter<ServerEvent> writer, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var happened in source.WithCancellation(cancellationToken)) await writer.WriteAsync(happened, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Nobody reads the rest.
        }
        finally
        {
            writer.Complete();
        }
    }
}
