using CodexCloudIde.Api;
using CodexCloudIde.Executions.Running;
using CodexCloudIde.Tenants;
using Microsoft.Extensions.Primitives;

namespace CodexCloudIde.Executions;

/// <summary>A run's stream again, for a client that asks twice with one Idempotency-Key.</summary>
internal sealed class RunReplay(Runs runs, LiveRuns live, IConfiguration configuration) : IEventReplay
{
    private const string Before = "/api/v1/executions/";
    private const string After = "/events";

    public bool Shared => configuration["Ide:Redis"] is { Length: > 0 };

    public static string AddressOf(string run) => $"{Before}{run}{After}";

    public async Task<IResult> AnswerAsync(HttpContext context, string address, CancellationToken cancellationToken)
    {
        var id = address[Before.Length..^After.Length];
        if (EventStream.IsWanted(context.Request))
        {
            // From the first event: what a client says it has seen belongs to another stream.
            context.Request.Headers["Last-Event-ID"] = StringValues.Empty;
            return (await runs.OpenAsync(context.GetCaller(), id, cancellationToken)).ToResult(stream => stream);
        }

        if (live.Find(id) is { } run) await run.Ended.WaitAsync(cancellationToken);
        return await runs.FindAsync(context, id, null, cancellationToken);
    }
}
