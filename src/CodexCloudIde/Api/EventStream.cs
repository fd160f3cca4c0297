using System.Runtime.CompilerServices;
using System.Text;
using CodexCloudIde.Tenants;
using MessagePack;

namespace CodexCloudIde.Api;

/// <summary>One server-sent event.</summary>
/// <param name="Event">Its name.</param>
/// <param name="Data">JSON text; written as one data line per line.</param>
/// <param name="Id">What a client sends back as Last-Event-ID; null keeps the client's last.</param>
[MessagePackObject]
public sealed record ServerEvent([property: Key("event")] string Event, [property: Key("data")] string Data, [property: Key("id")] string? Id = null);

/// <summary>
/// Events to be told to one caller, and the answer that tells them: <c>return new EventStream((lastEventId, cancellationToken) => events…);</c>. As an answer it
/// writes each event as it comes and a comment <c>: ping</c> after 15 s of silence. Ends when the source ends, the client goes away, or the caller's access is
/// revoked.
/// </summary>
internal sealed class EventStream(Func<string?, CancellationToken, IAsyncEnumerable<ServerEvent>> source) : IResult, IStatusCodeHttpResult
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(15);

    /// <summary>Bytes; more than this goes out although more is ready.</summary>
    private const int MostUnflushed = 64 * 1024;

    public int? StatusCode => StatusCodes.Status200OK;

    /// <summary>Begins to watch whether the caller may still read what it tells of. The credential's own end is seen to anyway.</summary>
    public Func<IServiceProvider, Caller, IGuard>? Guard { get; init; }

    /// <summary>True when the client asked for a stream rather than for one answer.</summary>
    public static bool IsWanted(HttpRequest request) =>
        request.GetTypedHeaders().Accept.Any(accept => accept.MediaType.Equals("text/event-stream", StringComparison.OrdinalIgnoreCase));

    /// <param name="services">The application's.</param>
    /// <param name="caller">Whose access is watched; null for none's.</param>
    /// <param name="after">The id of the last event that is known; null for all.</param>
    /// <param name="gone">Whoever reads has gone.</param>
    public async IAsyncEnumerable<ServerEvent> ReadAsync(IServiceProvider services, Caller? caller, string? after, [EnumeratorCancellation] CancellationToken gone)
    {
        var revoked = caller is null ? default : services.GetRequiredService<AccessWatch>().Watch(caller);
        using var guard = caller is null ? null : Guard?.Invoke(services, caller);
        var stopping = services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource([gone, revoked, stopping, guard?.Ended ?? default]);
        await using var events = source(after, ending.Token).GetAsyncEnumerator(ending.Token);
        while (true)
        {
            try
            {
                if (!await events.MoveNextAsync()) yield break;
            }
            catch (OperationCanceledException) when (ending.IsCancellationRequested)
            {
                // Gone, revoked or stopping: the end is the answer.
                yield break;
            }

            yield return events.Current;
        }
    }

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var services = httpContext.RequestServices;
        var time = services.GetRequiredService<TimeProvider>();
        var gone = httpContext.RequestAborted;
        var after = httpContext.Request.Headers["Last-Event-ID"].ToString();
        if (after.Length == 0) after = httpContext.Request.Query["lastEventId"].ToString();

        var response = httpContext.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache, no-transform";
        response.Headers["X-Accel-Buffering"] = "no";
        httpContext.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpResponseBodyFeature>()?.DisableBuffering();
        try
        {
            await response.StartAsync(gone);
            await response.BodyWriter.FlushAsync(gone);
            await using var events = ReadAsync(services, Callers.OrNull(httpContext.User), after.Length == 0 ? null : after, gone).GetAsyncEnumerator(gone);
            while (true)
            {
                var next = events.MoveNextAsync().AsTask();
                // What came in quick succession goes out together.
                if (!next.IsCompleted) await response.BodyWriter.FlushAsync(gone);
                while (!next.IsCompleted)
                {
                    using var waiting = CancellationTokenSource.CreateLinkedTokenSource(gone);
                    if (await Task.WhenAny(next, Task.Delay(Silence, time, waiting.Token)) == next || gone.IsCancellationRequested)
                    {
                        await waiting.CancelAsync();
                        break;
                    }

                    Write(response, ": ping\n\n");
                    await response.BodyWriter.FlushAsync(gone);
                }

                // When the client has gone, the source has seen it and finishes.
                if (!await next) break;
                Write(response, Format(events.Current));
                if (response.BodyWriter.UnflushedBytes > MostUnflushed) await response.BodyWriter.FlushAsync(gone);
            }

            await response.BodyWriter.FlushAsync(gone);
        }
        catch (OperationCanceledException) when (gone.IsCancellationRequested)
        {
            // Nobody reads the rest.
        }
    }

    internal static string Format(ServerEvent happened)
    {
        var text = new StringBuilder();
        if (happened.Id is { } id) text.Append("id: ").Append(id).Append('\n');
        text.Append("event: ").Append(happened.Event).Append('\n');
        foreach (var line in happened.Data.ReplaceLineEndings("\n").Split('\n')) text.Append("data: ").Append(line).Append('\n');
        return text.Append('\n').ToString();
    }

    private static void Write(HttpResponse response, string text) => Encoding.UTF8.GetBytes(text, response.BodyWriter);
}
