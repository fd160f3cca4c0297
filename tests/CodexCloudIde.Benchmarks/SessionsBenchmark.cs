namespace CodexCloudIde.Benchmarks;

/// <summary>What a visitor waits for first, and what the server costs at rest.</summary>
internal static class SessionsBenchmark
{
    public static async Task RunAsync(Arguments arguments, Report report, CancellationToken cancellationToken)
    {
        var starts = new Samples();
        for (var i = 0; i < (arguments.Quick ? 1 : 3); i++)
        {
            await using var started = await Product.StartAsync(cancellationToken);
            starts.Add(started.StartTime.TotalMilliseconds);
        }

        await using var product = await Product.StartAsync(cancellationToken);
        starts.Add(product.StartTime.TotalMilliseconds);
        report.AtMost("start to first 200 on /readyz, p50", "s", starts.Quantile(0.5) / 1000, 5);
        await Task.Delay(TimeSpan.FromSeconds(arguments.Quick ? 5 : 20), cancellationToken);
        report.AtMost("idle server, resident", "MB", product.ResidentMegabytes, 250);
    }
}
