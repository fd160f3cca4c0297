using System.Diagnostics;
using System.Security.Cryptography;
using CodexCloudIde.Documents;
using CodexCloudIde.Text;

namespace CodexCloudIde.Benchmarks.Editing;

/// <summary>Grain and journal, durable and fenced: what is acknowledged is on the disk.</summary>
internal static class GrainFigure
{
    /// <summary>Edits of one call: what came while the call before was on its way.</summary>
    private const int Batch = 16;

    /// <summary>Calls under way at once.</summary>
    private const int Depth = 64;

    public static async Task MeasureAsync(LocalProduct product, IReadOnlyList<Trace> traces, Arguments arguments, Report report, CancellationToken cancellationToken)
    {
        Sync(product, report);
        for (var i = 0; i < traces.Count; i++) await ReplayAsync(product, traces[i], $"trace{i}.txt", report, cancellationToken);
        await ManyAsync(product, arguments.Quick ? 60_000 : 400_000, report, cancellationToken);
        await PacedAsync(product, arguments.Quick ? 3 : 15, report, cancellationToken);
    }

    /// <summary>A whole trace into one document.</summary>
    private static async Task ReplayAsync(LocalProduct product, Trace trace, string path, Report report, CancellationToken cancellationToken)
    {
        await product.WriteAsync(path, trace.Start, cancellationToken);
        var document = product.Document(path);
        var opened = await document.OpenAsync(product.Workspace.Tenant, null);
        var start = opened.Value!.Revision;
        var edits = TraceReplay.EditsOf(trace).Select(edit => new SubmittedEdit($"author{edit.Author}", edit.Sequence, start + edit.Base, edit.Operation, product.Actor)).ToList();
        var began = Stopwatch.GetTimestamp();
        await SubmitAsync(product, edits.Chunk(Batch).Select(batch => (document, batch)), report, trace.Name);
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        if (trace.IsConcurrent) report.Note($"{trace.Name}: grain and journal, {edits.Count} operations by {Batch}", "ops/s", edits.Count / seconds);
        else report.AtLeast($"{trace.Name}: grain and journal, one document, {edits.Count} operations by {Batch}", "ops/s", edits.Count / seconds, 150_000);

        var text = (await document.ReadAsync()).Value!.Text;
        report.Require($"{trace.Name}: the grain's text is the recorded one", text == trace.End, $"{text.Length} units, {trace.End.Length} recorded");
        await document.SaveAsync();
        report.Require($"{trace.Name}: the file is the recorded text", await product.ReadAsync(path, cancellationToken) == trace.End, path);
    }

    private static async Task ManyAsync(LocalProduct product, int operations, Report report, CancellationToken cancellationToken)
    {
        const int Documents = 1000;
        var grains = new IDocumentGrain[Documents];
        for (var i = 0; i < Documents; i++)
        {
            await product.WriteAsync($"many{i}.txt", "", cancellationToken);
            grains[i] = product.Document($"many{i}.txt");
        }

        await Parallel.ForEachAsync(grains, cancellationToken, async (grain, _) => await grain.OpenAsync(product.Workspace.Tenant, null));
        var rounds = operations / Documents / Batch;
        var began = Stopwatch.GetTimestamp();
        await SubmitAsync(product, Enumerable.Range(0, rounds).SelectMany(round => grains.Select(grain => (grain, BatchOf(product, round * Batch)))), report, $"{Documents} documents");
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        report.AtLeast($"grain and journal, {Documents} documents, {rounds * Documents * Batch} operations by {Batch}", "ops/s", rounds * Documents * Batch / seconds, 200_000);
        var lengths = await Task.WhenAll(grains.Select(async grain => (await grain.ReadAsync()).Value!.Text.Length));
        report.Require($"{Documents} documents have every operation", lengths.All(length => length == rounds * Batch), $"{lengths.Min()} to {lengths.Max()} of {rounds * Batch}");
    }

    private static SubmittedEdit[] BatchOf(LocalProduct product, int from) =>
        [.. Enumerable.Range(from, Batch).Select(i => new SubmittedEdit("one", i + 1, i, TextOperation.Replace(i, 0, "x"), product.Actor))];

    /// <summary>10,000 operations a second over 100 documents, each sent when its time has come, whatever became of the ones before.</summary>
    private static async Task PacedAsync(LocalProduct product, int seconds, Report report, CancellationToken cancellationToken)
    {
        const int PerSecond = 10_000, Documents = 100;
        var grains = new IDocumentGrain[Documents];
        for (var i = 0; i < Documents; i++)
        {
            await product.WriteAsync($"paced{i}.txt", "", cancellationToken);
            grains[i] = product.Document($"paced{i}.txt");
            await grains[i].OpenAsync(product.Workspace.Tenant, null);
        }

        var latencies = new Samples();
        var gate = new Lock();
        var waiting = new List<Task>(seconds * PerSecond);
        var began = Stopwatch.GetTimestamp();
        for (var sent = 0; sent < seconds * PerSecond;)
        {
            var due = Math.Min(seconds * PerSecond, (int)(Stopwatch.GetElapsedTime(began).TotalSeconds * PerSecond));
            for (; sent < due; sent++) waiting.Add(OneAsync(grains[sent % Documents], sent / Documents));
            await Task.Delay(1, cancellationToken);
        }

        await Task.WhenAll(waiting);
        report.AtMost($"acknowledged at {PerSecond} operations/s over {Documents} documents, p50", "ms", latencies.Quantile(0.5), 3);
        report.AtMost($"acknowledged at {PerSecond} operations/s over {Documents} documents, p99", "ms", latencies.Quantile(0.99), 15);

        async Task OneAsync(IDocumentGrain grain, int i)
        {
            var start = Stopwatch.GetTimestamp();
            var result = await grain.SubmitAsync(product.Workspace.Tenant, new SubmittedEdit("one", i + 1, i, TextOperation.Replace(i, 0, "x"), product.Actor));
            if (result.Error is not null) throw new InvalidDataException($"Refused: {result.Error}");
            lock (gate) latencies.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
    }

    /// <summary>So many calls at once; those of one document in their order.</summary>
    private static async Task SubmitAsync(LocalProduct product, IEnumerable<(IDocumentGrain Document, SubmittedEdit[] Batch)> calls, Report report, string name)
    {
        var refused = 0;
        var open = new Queue<Task>();
        foreach (var (document, batch) in calls)
        {
            if (open.Count == Depth) await open.Dequeue();
            open.Enqueue(OneAsync(document, batch));
        }

        await Task.WhenAll(open);
        if (refused > 0) report.Require($"{name}: every operation is taken", false, $"{refused} refused");

        async Task OneAsync(IDocumentGrain document, SubmittedEdit[] batch)
        {
            foreach (var result in await document.SubmitAsync(product.Workspace.Tenant, batch))
            {
                if (result.Error is not null) Interlocked.Increment(ref refused);
            }
        }
    }

    /// <summary>What this disk asks for a flush, beside which every figure here is to be read.</summary>
    private static void Sync(LocalProduct product, Report report)
    {
        var file = Path.Combine(product.JournalFolder, "sync.tmp");
        var block = RandomNumberGenerator.GetBytes(4096);
        var samples = new Samples();
        using (var handle = File.OpenHandle(file, FileMode.Create, FileAccess.Write))
        {
            for (var i = 0; i < 200; i++)
            {
                var began = Stopwatch.GetTimestamp();
                RandomAccess.Write(handle, block, i * 4096L);
                RandomAccess.FlushToDisk(handle);
                samples.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }
        }

        File.Delete(file);
        report.Note("fsync of 4 KiB on the journal's disk, p50", "ms", samples.Quantile(0.5));
        report.Note("fsync of 4 KiB on the journal's disk, p99", "ms", samples.Quantile(0.99));
    }
}
