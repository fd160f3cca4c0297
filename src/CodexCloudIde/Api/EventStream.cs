using System.Text;
using CodexCloudIde.Tenants;

namespace CodexCloudIde.Api;

/// <summary>One server-sent event.</summary>
/// <param name="Event">Its name.</param>
/// <param name="Data">JSON text; written as one data line per line.</param>
/// <param name="Id">What a client sends back as Last-Event-ID; null keeps the client's last.</param>
internal sealed record ServerEvent(string Event, string Data, string? Id = null);

/// <summary>
/// The answer of an event stream: <c>return new EventStream((lastEventId, cancellationToken) => events…);</c>. Writes each event as it comes, a
/// comment <c>: ping</c> after 15 s of silence, ends when the source ends, the client goes away, or the caller's access is revoked.
/// </summary>
internal sealed class EventStream(Func<string?, CancellationToken, IAsyncEnumerable<ServerEvent>> source) : IResult, IStatusCodeHttpResult
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(15);

    public int? StatusCode => StatusCodes.Status200OK;

    /// <summary>Cancelled when the caller may no longer hear of what is told; the credential's own end is seen to here.</summary>
    public CancellationToken AccessEnded { get; init; }

    /// <summary>True when the client asked for a stream rather than for one answer.</summary>
    public static bool IsWanted(HttpRequest request) =>
        request.GetTypedHeaders().Accept.Any(accept => accept.MediaType.Equals("text/event-stream", StringComparison.OrdinalIgnoreCase));

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var services = httpContext.RequestServices;
        var time = services.GetRequiredService<TimeProvider>();
        var revoked = Callers.OrNull(httpContext.User) is { } caller ? services.GetRequiredService<AccessWatch>().Watch(caller) : default;
        var stopping = services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(httpContext.RequestAborted, revoked, stopping, AccessEnded);
        var lastEventId = httpContext.Request.Headers["Last-Event-ID"].ToString();
        if (lastEventId.Length == 0) lastEventId = httpContext.Request.Query["lastEventId"].ToString();

        var response = httpContext.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache, no-transform";
        response.Headers["X-Accel-Buffering"] = "no";
        httpContext.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpResponseBodyFeature>()?.DisableBuffering();
        try
        {
            await response.StartAsync(ending.Token);
            await response.Body.FlushAsync(ending.Token);
            await using var events = source(lastEventId.Length == 0 ? null : lastEventId, ending.Token).GetAsyncEnumerator(ending.Token);
            while (true)
            {
                var next = events.MoveNextAsync().AsTask();
                while (!next.IsCompleted)
                {
                    using var waiting = CancellationTokenSource.CreateLinkedTokenSource(ending.Token);
                    var ping = Task.Delay(Silence, time, waiting.Token);
                    if (await Task.WhenAny(next, ping) == next)
                    {
                        await waiting.CancelAsync();
                        break;
                    }

                    // The stream is ending: let the source see it and finish.
                    if (ending.IsCancellationRequested) break;
                    await WriteAsync(response, ": ping\n\n", ending.Token);
                }

                if (!await next) return;
                await WriteAsync(response, Format(events.Current), ending.Token);
            }
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // Gone, revoked or stopping: the end of the body is the answer.
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

    private static async Task WriteAsync(HttpResponse response, string text, CancellationToken cancellationToken)
    {
        await response.WriteAsync(text, cancellationToken);
        await response.Body.FlushAsync(cancellationToken);
    }
}
