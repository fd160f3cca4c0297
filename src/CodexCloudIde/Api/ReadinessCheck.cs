namespace CodexCloudIde.Api;

/// <summary>One line of <c>/readyz</c>. Status: <c>ready</c>, <c>degraded</c> (something is missing, the rest serves) or <c>failed</c> (cannot serve: 503).</summary>
/// <param name="Name">What was looked at: <c>database</c>, <c>sandbox</c>.</param>
/// <param name="Status">See above.</param>
/// <param name="Detail">What was found and, if not ready, what to do.</param>
internal sealed record Readiness(string Name, string Status, string Detail)
{
    public const string Ready = "ready";
    public const string Degraded = "degraded";
    public const string Failed = "failed";
}

/// <summary>Contributed by a capability: <c>services.AddSingleton&lt;IReadinessCheck, …&gt;()</c>. Asked on each <c>/readyz</c>, at most 5 s.</summary>
internal interface IReadinessCheck
{
    string Name { get; }

    Task<Readiness> CheckAsync(CancellationToken cancellationToken);
}
