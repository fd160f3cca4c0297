using System.Diagnostics;
using CodexCloudIde.Text;
using Microsoft.AspNetCore.SignalR.Client;

namespace CodexCloudIde.Benchmarks.Editing;

/// <summary>From one SignalR client through hub, grain and journal to another.</summary>
internal static class HubFigure
{
    /// <summary>As many as the hub takes from one connection at once.</summary>
    private const int InFlight = 256;

    /// <summary>Of somebody who waits for answers sooner: less becomes durable together.</summary>
    private const int FewInFlight = 16;

    private const int Pairs = 16;

    public static async Task MeasureAsync(LocalProduct product, IReadOnlyList<Trace> traces, Arguments arguments, Report report, CancellationToken cancellationToken)
    {
        for (var i = 0; i < traces.Count; i++) await ReplayAsync(product, traces[i], $"hub{i}.txt", report, cancellationToken);
        await AgainstRelayAsync(product, arguments, report, cancellationToken);
        await PacedAsync(product, arguments.Quick ? 4 : 20, report, cancellationToken);
    }

    /// <summary>One client per author. Each sends what its author typed when the trace's turn comes, on the revision that the author had.</summary>
    private static async Task ReplayAsync(LocalProduct product, Trace trace, string path, Report report, CancellationToken cancellationToken)
    {
        await product.WriteAsync(path, trace.Start, cancellationToken);
        var authors = new List<HubReplica>();
        for (var i = 0; i <= trace.Authors; i++) authors.Add(await HubReplica.OpenAsync(product.Hub(), product.Workspace.Workspace.ToString(), path, cancellationToken));
        var start = authors[0].Revision;
        var sent = 0L;
        var began = Stopwatch.GetTimestamp();
        if (trace.IsConcurrent)
        {
            foreach (var edit in TraceReplay.EditsOf(trace))
            {
                await authors[edit.Author].SubmitAsync(edit.Sequence, start + edit.Base, edit.Operation, cancellationToken);
                sent++;
            }
        }
        else
        {
            var open = new Queue<Task>();
            foreach (var edit in TraceReplay.EditsOf(trace))
            {
                if (open.Count == InFlight) await open.Dequeue();
                open.Enqueue(authors[0].SubmitAsync(edit.Sequence, start + edit.Base, edit.Operation, cancellationToken));
                sent++;
            }

            await Task.WhenAll(open);
        }

        foreach (var author in authors) await author.ReachAsync(start + sent).WaitAsync(cancellationToken);
        report.Note($"{trace.Name}: through the hub, {sent} operations, {trace.Authors} authors and a reader", "ops/s", sent / Stopwatch.GetElapsedTime(began).TotalSeconds);
        report.Require($"{trace.Name}: every client has the recorded text", authors.TrueForAll(author => author.Text == trace.End), $"{authors.Count} clients, {authors[^1].Text.Length} units, {trace.End.Length} recorded");
        report.Note($"{trace.Name}: events that came again and were known by their revision", "", authors.Sum(author => author.Doubled));
        foreach (var author in authors) await author.DisposeAsync();
    }

    /// <summary>
    /// The same keystrokes through the product, through the bare relay, and through a relay that appends them to a file, in turns; the better round of each counts. The last
    /// one shows what being durable takes on this machine, whoever does it.
    /// </summary>
    private static async Task AgainstRelayAsync(LocalProduct product, Arguments arguments, Report report, CancellationToken cancellationToken)
    {
        var each = arguments.Quick ? 1500 : 8000;
        using var log = new RelayLog(Path.Combine(product.JournalFolder, "relay.log"));
        await using var bareRelay = await Relay.StartAsync(null, cancellationToken);
        await using var loggedRelay = await Relay.StartAsync(log, cancellationToken);
        var (durable, bare, logged, fewDurable, fewBare) = (0.0, 0.0, 0.0, 0.0, 0.0);
        var workspace = product.Workspace.Workspace.ToString();
        for (var round = 0; round < (arguments.Quick ? 2 : 6); round++)
        {
            for (var i = 0; i < Pairs; i++)
            {
                await product.WriteAsync($"rate{round}-{i}.txt", "", cancellationToken);
                await product.WriteAsync($"few{round}-{i}.txt", "", cancellationToken);
            }

            bare = Math.Max(bare, await RateAsync(() => LocalProduct.Connect(bareRelay.Hub), "w", i => $"relay{round}-{i}", each, InFlight, cancellationToken));
            logged = Math.Max(logged, await RateAsync(() => LocalProduct.Connect(loggedRelay.Hub), "w", i => $"relay{round}-{i}", each, InFlight, cancellationToken));
            durable = Math.Max(durable, await RateAsync(product.Hub, workspace, i => $"rate{round}-{i}.txt", each, InFlight, cancellationToken));
            fewBare = Math.Max(fewBare, await RateAsync(() => LocalProduct.Connect(bareRelay.Hub), "w", i => $"few{round}-{i}", each / 2, FewInFlight, cancellationToken));
            fewDurable = Math.Max(fewDurable, await RateAsync(product.Hub, workspace, i => $"few{round}-{i}.txt", each / 2, FewInFlight, cancellationToken));
        }

        report.RatioAtLeast($"hub to peer, durable, {Pairs} documents with a writer and a reader each, {InFlight} edits under way each, against a bare hub and grain relay", "ops/s", durable, bare, 0.9);
        report.Note("the relay when it appends to a file and waits for the disk, and does no more", "ops/s", logged);
        report.Note($"hub to peer, durable, with {FewInFlight} under way each", "ops/s", fewDurable);
        report.Note("of the bare relay in the same way that is", "×", fewDurable / fewBare);
    }

    private static async Task<double> RateAsync(Func<HubConnection> connect, string workspace, Func<int, string> path, int each, int inFlight, CancellationToken cancellationToken)
    {
        var (writers, readers) = (new HubReplica[Pairs], new HubReplica[Pairs]);
        for (var i = 0; i < Pairs; i++)
        {
            writers[i] = await HubReplica.OpenAsync(connect(), workspace, path(i), cancellationToken);
            readers[i] = await HubReplica.OpenAsync(connect(), workspace, path(i), cancellationToken);
        }

        var began = Stopwatch.GetTimestamp();
        await Task.WhenAll(writers.Zip(readers, (writer, reader) => Task.Run(() => TypeAsync(writer, reader), cancellationToken)));
        var rate = Pairs * each / Stopwatch.GetElapsedTime(began).TotalSeconds;
        foreach (var replica in writers.Concat(readers)) await replica.DisposeAsync();
        return rate;

        async Task TypeAsync(HubReplica writer, HubReplica reader)
        {
            var start = reader.Revision;
            var open = new Queue<Task>();
            for (var i = 0; i < each; i++)
            {
                if (open.Count == inFlight) await open.Dequeue();
                open.Enqueue(writer.SubmitAsync(i + 1, start + i, TextOperation.Replace(i, 0, "x"), cancellationToken));
            }

            await Task.WhenAll(open);
            await reader.ReachAsync(start + each).WaitAsync(cancellationToken);
        }
    }

    /// <summary>As people type, five at once: the time until the other client has it.</summary>
    private static async Task PacedAsync(LocalProduct product, int seconds, Report report, CancellationToken cancellationToken)
    {
        const int PerSecond = 50;
        await product.WriteAsync("paced.txt", "", cancellationToken);
        await using var writer = await HubReplica.OpenAsync(product.Hub(), product.Workspace.Workspace.ToString(), "paced.txt", cancellationToken);
        await using var reader = await HubReplica.OpenAsync(product.Hub(), product.Workspace.Workspace.ToString(), "paced.txt", cancellationToken);
        var (start, count) = (reader.Revision, seconds * PerSecond);
        var (sent, heard) = (new long[count + 1], new long[count + 1]);
        reader.Heard = (edited, at) => heard[edited.Revision - start] = at;
        using var pace = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / PerSecond));
        for (var i = 0; i < count && await pace.WaitForNextTickAsync(cancellationToken); i++)
        {
            sent[i + 1] = Stopwatch.GetTimestamp();
            await writer.SubmitAsync(i + 1, start + i, TextOperation.Replace(i, 0, "x"), cancellationToken);
        }

        await reader.ReachAsync(start + count).WaitAsync(cancellationToken);
        var latencies = new Samples();
        for (var i = 1; i <= count; i++) latencies.Add(Stopwatch.GetElapsedTime(sent[i], heard[i]).TotalMilliseconds);
        report.AtMost($"paced at {PerSecond} operations/s: at the other client, durable, p50", "ms", latencies.Quantile(0.5), 3);
        report.AtMost($"paced at {PerSecond} operations/s: at the other client, durable, p99", "ms", latencies.Quantile(0.99), 15);
    }
}
