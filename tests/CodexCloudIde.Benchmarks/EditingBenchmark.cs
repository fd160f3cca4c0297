using System.Diagnostics;
using System.IO.Compression;
using System.Text.Json;
using CodexCloudIde.Text;

namespace CodexCloudIde.Benchmarks;

/// <summary>
/// The text engine alone on recorded keystrokes: decode the wire form, transform, apply. A trace is gzipped or plain JSON
/// <c>{startContent, endContent, txns:[{patches:[[position, deleted, inserted]]}]}</c> of one author; without any, a seeded one is made.
/// </summary>
internal static class EditingBenchmark
{
    public static async Task RunAsync(Arguments arguments, Report report, CancellationToken cancellationToken)
    {
        var files = arguments.Traces.Count > 0 ? arguments.Traces : Found(arguments.Data);
        foreach (var file in files)
        {
            Replay(Path.GetFileName(file), await ReadAsync(file, cancellationToken), arguments, report);
        }

        if (files.Count == 0) Replay("seeded typing", Seeded(arguments.Quick ? 50_000 : 250_000), arguments, report);
    }

    private static List<string> Found(string? data) => data is null
        ? []
        : [.. Directory.EnumerateFiles(data, "*.json*", SearchOption.AllDirectories).Where(file => !file.Contains("concurrent", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    private static void Replay(string name, Trace trace, Arguments arguments, Report report)
    {
        // Encoded beforehand: what arrives from a connection is bytes.
        var wire = trace.Patches.ConvertAll(patch => JsonSerializer.SerializeToUtf8Bytes(TextOperation.Replace(patch.Position, patch.Deleted, patch.Inserted)));
        var best = double.MaxValue;
        var text = "";
        for (var round = 0; round < (arguments.Quick ? 2 : 5); round++)
        {
            var sequencer = new Sequencer<int>(new TextDocument(trace.Start), 0, 4096);
            var began = Stopwatch.GetTimestamp();
            for (var i = 0; i < wire.Count; i++)
            {
                var operation = JsonSerializer.Deserialize<TextOperation>(wire[i])!;
                var (verdict, _) = sequencer.Submit(new Submission<int>("author", i + 1, sequencer.Revision, operation, 0));
                if (verdict is not Verdict.Sequenced) throw new InvalidDataException($"{name}: operation {i} is {verdict}");
            }

            best = Math.Min(best, Stopwatch.GetElapsedTime(began).TotalSeconds);
            text = sequencer.Document.ToString();
        }

        report.AtLeast($"{name}: decode, transform, apply ({wire.Count} operations)", "ops/s", wire.Count / best, 2_000_000);
        report.Require($"{name}: the end text is the recorded one", text == trace.End, $"{text.Length} units, {trace.End.Length} recorded");
    }

    private static async Task<Trace> ReadAsync(string file, CancellationToken cancellationToken)
    {
        await using var raw = File.OpenRead(file);
        await using Stream stream = file.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(raw, CompressionMode.Decompress) : raw;
        using var json = await JsonDocument.ParseAsync(stream, cancellationToken: cancellationToken);
        var patches = new List<Patch>();
        foreach (var transaction in json.RootElement.GetProperty("txns").EnumerateArray())
        {
            patches.AddRange(transaction.GetProperty("patches").EnumerateArray()
                .Select(patch => new Patch(patch[0].GetInt32(), patch[1].GetInt32(), patch[2].GetString()!)).Where(patch => patch.Deleted > 0 || patch.Inserted.Length > 0));
        }

        var start = json.RootElement.TryGetProperty("startContent", out var content) ? content.GetString()! : "";
        return new Trace(start, json.RootElement.GetProperty("endContent").GetString()!, patches);
    }

    /// <summary>Runs of typing with jumps and deletions; the same for everybody.</summary>
    private static Trace Seeded(int operations)
    {
        var random = new Random(20_260_101);
        var text = new List<char>();
        var patches = new List<Patch>(operations);
        var cursor = 0;
        for (var i = 0; i < operations; i++)
        {
            if (random.Next(40) == 0) cursor = random.Next(text.Count + 1);
            if (cursor > 0 && random.Next(8) == 0)
            {
                text.RemoveAt(--cursor);
                patches.Add(new Patch(cursor, 1, ""));
            }
            else
            {
                var typed = random.Next(30) == 0 ? '\n' : (char)('a' + random.Next(26));
                text.Insert(cursor, typed);
                patches.Add(new Patch(cursor++, 0, typed.ToString()));
            }
        }

        return new Trace("", new string([.. text]), patches);
    }

    private sealed record Patch(int Position, int Deleted, string Inserted);

    private sealed record Trace(string Start, string End, List<Patch> Patches);
}
