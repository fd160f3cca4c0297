namespace CodexCloudIde.Api;

/// <summary><c>/healthz</c>: alive. <c>/readyz</c>: can it serve, and what is missing.</summary>
internal static class HealthEndpoints
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/healthz", () => Results.Ok(new { status = "alive" })).ExcludeFromDescription();
        routes.MapGet("/readyz", ReadyAsync).ExcludeFromDescription();
    }

    private static async Task<IResult> ReadyAsync(IEnumerable<IReadinessCheck> checks, CancellationToken cancellationToken)
    {
        var results = await Task.WhenAll(checks.Select(check => AskAsync(check, cancellationToken)));
        var failed = results.Any(result => result.Status == Readiness.Failed);
        var status = failed ? Readiness.Failed : results.Any(result => result.Status != Readiness.Ready) ? Readiness.Degraded : Readiness.Ready;
        return Results.Json(
            new { status, checks = results.OrderBy(result => result.Name, StringComparer.Ordinal) },
            statusCode: failed ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK);
    }

    internal static async Task<Readiness> AskAsync(IReadinessCheck check, CancellationToken cancellationToken)
    {
        try
        {
            return await check.CheckAsync(cancellationToken).WaitAsync(Patience, cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // A check that breaks is itself the finding.
            return new Readiness(check.Name, Readiness.Failed, $"Could not be checked: {exception.GetType().Name}.");
        }
    }
}
