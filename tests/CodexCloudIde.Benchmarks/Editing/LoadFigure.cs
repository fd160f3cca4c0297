using System.Diagnostics;

namespace CodexCloudIde.Benchmarks.Editing;

/// <summary>
/// A thousand documents with ten editors each on one process, who all type one key a second: a thousand people, each with ten documents open. Clients and server
/// share this machine's processors.
/// </summary>
internal static class LoadFigure
{
    private const int Documents = 1000;
    private const int People = 1000;
    private const int EditorsEach = 10;

    public static async Task MeasureAsync(LocalProduct product, Arguments arguments, Report report, CancellationToken cancellationToken)
    {
        var (seconds, warming) = arguments.Quick ? (5, 2) : (30, 10);
        for (var i = 0; i < Documents; i++) await product.WriteAsync($"load{i}.txt", "", cancellationToken);
        var editors = new Editor[People * EditorsEach];
        var heard = 0L;
        var connections = new LeanConnection[People];
        await Parallel.ForAsync(0, People, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = cancellationToken }, async (person, _) =>
        {
            var connection = connections[person] = await product.LeanHubAsync(() => Interlocked.Increment(ref heard), cancellationToken);
            for (var i = 0; i < EditorsEach; i++)
            {
                // Ten different documents each, ten different people at each.
                var document = (person + (i * 101)) % Documents;
                var opened = await connection.OpenAsync(product.Workspace.Workspace.ToString(), $"load{document}.txt");
                editors[(person * EditorsEach) + i] = new Editor(connection, opened.DocumentId!, $"{person}-{i}");
            }
        });

        var latencies = new Samples();
        var gate = new Lock();
        var refused = 0;
        using var process = Process.GetCurrentProcess();
        var (used, since) = (process.TotalProcessorTime, Stopwatch.GetTimestamp());
        var typing = editors.Select((editor, i) => Task.Run(() => TypeAsync(editor, (double)i / editors.Length), cancellationToken)).ToList();
        await Task.WhenAll(typing);
        process.Refresh();
        report.Note("cores that server and clients used meanwhile, of this machine's", $"of {Environment.ProcessorCount}", (process.TotalProcessorTime - used) / Stopwatch.GetElapsedTime(since));
        var (sent, measured) = ((seconds + warming) * editors.Length, seconds * editors.Length);
        report.AtMost($"{Documents} documents with 10 editors each, a key a second each: acknowledged, p50", "ms", latencies.Quantile(0.5), 50);
        report.AtMost($"{Documents} documents with 10 editors each, a key a second each: acknowledged, p99", "ms", latencies.Quantile(0.99), 50);
        report.Require("under load every key is acknowledged", latencies.Count == measured && refused == 0, $"{latencies.Count} of {measured}, {refused} refused");
        var patience = Stopwatch.GetTimestamp();
        while (Interlocked.Read(ref heard) < 10L * sent && Stopwatch.GetElapsedTime(patience).TotalSeconds < 30) await Task.Delay(50, cancellationToken);
        report.Require("under load every editor hears of every key", heard == 10L * sent, $"{heard} of {10L * sent} events");
        await Parallel.ForEachAsync(connections, cancellationToken, (connection, _) => connection.DisposeAsync());

        async Task TypeAsync(Editor editor, double phase)
        {
            await Task.Delay(TimeSpan.FromSeconds(phase), cancellationToken);
            using var pace = new PeriodicTimer(TimeSpan.FromSeconds(1));
            for (var i = 0; i < warming + seconds; i++)
            {
                var began = Stopwatch.GetTimestamp();
                // At the start of the text: it is there on every revision that this editor may know.
                var answer = await editor.Connection.InsertAsync(editor.DocumentId, editor.ClientId, i + 1, editor.Known, "x");
                lock (gate)
                {
                    if (i >= warming) latencies.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                    if (answer.Error is not null) refused++;
                }

                editor.Known = Math.Max(editor.Known, answer.Revision);
                await pace.WaitForNextTickAsync(cancellationToken);
            }
        }
    }

    private sealed class Editor(LeanConnection connection, string documentId, string clientId)
    {
        public LeanConnection Connection => connection;

        public string DocumentId => documentId;

        public string ClientId => clientId;

        public long Known { get; set; }
    }
}
