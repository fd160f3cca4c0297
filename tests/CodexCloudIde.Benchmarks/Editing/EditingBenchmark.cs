namespace CodexCloudIde.Benchmarks.Editing;

/// <summary>The editing engine from the text alone to a browser that shows what another typed.</summary>
internal static class EditingBenchmark
{
    public static async Task RunAsync(Arguments arguments, Report report, CancellationToken cancellationToken)
    {
        var traces = new List<Trace>();
        foreach (var file in arguments.Traces.Count > 0 ? arguments.Traces : Found(arguments.Data)) traces.Add(await Trace.ReadAsync(file, cancellationToken));
        if (traces.Count == 0) traces.Add(Trace.Seeded(arguments.Quick ? 50_000 : 250_000));
        foreach (var trace in traces.Where(_ => arguments.Wants("text")))
        {
            TextFigure.Measure(trace, arguments, report);
            await PeerFigure.MeasureAsync(trace, report, cancellationToken);
        }

        if (arguments.Wants("page") && !arguments.Quick) await KeyFigure.MeasureQuietAsync(arguments, report, cancellationToken);
        await using var product = await LocalProduct.StartAsync(cancellationToken);
        if (arguments.Wants("grain")) await GrainFigure.MeasureAsync(product, traces, arguments, report, cancellationToken);
        if (arguments.Wants("fuzz")) await FuzzFigure.MeasureAsync(product, arguments, report, cancellationToken);
        if (arguments.Wants("hub")) await HubFigure.MeasureAsync(product, traces, arguments, report, cancellationToken);
        if (arguments.Wants("load")) await LoadFigure.MeasureAsync(product, arguments, report, cancellationToken);
    }

    private static List<string> Found(string? data)
    {
        if (data is null) return [];
        var folder = Path.Combine(data, "editing");
        return [.. Directory.EnumerateFiles(Directory.Exists(folder) ? folder : data, "*.json*").Order(StringComparer.Ordinal)];
    }
}
