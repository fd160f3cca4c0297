using System.Diagnostics;

namespace CodexCloudIde.Benchmarks.Editing;

/// <summary>
/// A thousand documents with ten editors each on one process, who all type one key a second, against the same clients at a bare hub and grain relay. Clients and server share
/// this machine's processors.
/// </summary>
internal static class LoadFigure
{
    public static async Task MeasureAsync(LocalProduct product, Arguments arguments, Report report, CancellationToken cancellationToken)
    {
        var (seconds, warming) = arguments.Quick ? (5, 2) : (30, 10);
        for (var i = 0; i < LoadClients.Documents; i++) await product.WriteAsync($"load{i}.txt", "", cancellationToken);
        var (outcome, cores) = Measure(product.LeanHub, product.Workspace.Workspace.ToString());
        await using (var relay = await Relay.StartAsync(null, cancellationToken))
        {
            var (bare, bareCores) = Measure(() => LeanConnection.Open(relay.Hub, ""), "w");
            report.Note("the bare relay under the same load: acknowledged, p50", "ms", bare.Latencies.Quantile(0.5));
            report.Note("the bare relay under the same load: acknowledged, p99", "ms", bare.Latencies.Quantile(0.99));
            report.Note("cores that the bare relay used meanwhile", $"of {Environment.ProcessorCount}", bareCores);
        }

        report.Note("cores that the server used meanwhile", $"of {Environment.ProcessorCount}", cores);
        report.Note("cores that the clients used meanwhile", $"of {Environment.ProcessorCount}", outcome.ClientSeconds / outcome.Seconds);
        report.AtMost($"{LoadClients.Documents} documents with {LoadClients.EditorsEach} editors each, a key a second each: acknowledged, p50", "ms", outcome.Latencies.Quantile(0.5), 50);
        report.AtMost($"{LoadClients.Documents} documents with {LoadClients.EditorsEach} editors each, a key a second each: acknowledged, p99", "ms", outcome.Latencies.Quantile(0.99), 50);
        report.Require("under load every key is acknowledged", outcome.Answered == outcome.Sent && outcome.Refused == 0, $"{outcome.Answered} of {outcome.Sent}, {outcome.Refused} refused");
        report.Require("under load every editor hears of every key", outcome.Heard == LoadClients.EditorsEach * outcome.Sent, $"{outcome.Heard} of {LoadClients.EditorsEach * outcome.Sent} events");

        (LoadOutcome Outcome, double ServerCores) Measure(Func<LeanConnection> connect, string workspace)
        {
            using var clients = new LoadClients(connect, workspace, document => $"load{document}.txt", warming, seconds);
            using var process = Process.GetCurrentProcess();
            var used = process.TotalProcessorTime;
            var outcome = clients.Run();
            process.Refresh();
            return (outcome, ((process.TotalProcessorTime - used).TotalSeconds - outcome.ClientSeconds) / outcome.Seconds);
        }
    }
}
