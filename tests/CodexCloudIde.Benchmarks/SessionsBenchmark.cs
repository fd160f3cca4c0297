namespace CodexCloudIde.Benchmarks;

/// <summary>What a visitor waits for, and what the server costs at rest.</summary>
internal static class SessionsBenchmark
{
    public static async Task RunAsync(Arguments arguments, Report report, CancellationToken cancellationToken)
    {
        var starts = new Samples();
        for (var i = 0; i < (arguments.Quick ? 1 : 4); i++)
        {
            await using var started = await Product.StartAsync(cancellationToken);
            starts.Add(started.StartTime.TotalMilliseconds);
        }

        await using var product = await Product.StartAsync(cancellationToken);
        starts.Add(product.StartTime.TotalMilliseconds);
        report.AtMost($"start to first 200 on /readyz, p50 of {starts.Count}", "s", starts.Quantile(0.5) / 1000, 5);
        await Task.Delay(TimeSpan.FromSeconds(arguments.Quick ? 3 : 20), cancellationToken);
        report.AtMost("idle server, resident", "MB", product.ResidentMegabytes, 250);

        await PageFigure.MeasureAsync(product, arguments, report, cancellationToken);
        await KeyFigure.MeasureAsync(product, arguments, report, cancellationToken);
        report.Note("server after that, resident", "MB", product.ResidentMegabytes);
    }
}
