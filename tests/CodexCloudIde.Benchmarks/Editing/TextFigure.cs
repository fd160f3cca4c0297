using System.Diagnostics;
using System.Text.Json;
using CodexCloudIde.Text;

namespace CodexCloudIde.Benchmarks.Editing;

/// <summary>The text engine alone: decode the wire form, transform, apply.</summary>
internal static class TextFigure
{
    public static void Measure(Trace trace, Arguments arguments, Report report)
    {
        if (trace.IsConcurrent) Concurrent(trace, report);
        else Sequential(trace, arguments, report);
    }

    private static void Sequential(Trace trace, Arguments arguments, Report report)
    {
        // Encoded beforehand: what arrives from a connection is bytes.
        var wire = trace.Edits.Select(edit => JsonSerializer.SerializeToUtf8Bytes(edit)).ToArray();
        var best = double.MaxValue;
        var text = "";
        var all = Stopwatch.GetTimestamp();
        for (var round = 0; round < 7 || Stopwatch.GetElapsedTime(all).TotalSeconds < (arguments.Quick ? 1 : 4); round++)
        {
            var sequencer = new Sequencer<int>(new TextDocument(trace.Start), 0, 4096);
            var began = Stopwatch.GetTimestamp();
            for (var i = 0; i < wire.Length; i++)
            {
                var operation = TextOperation.Parse(wire[i]);
                var (verdict, _) = sequencer.Submit(new Submission<int>("author", i + 1, sequencer.Revision, operation, 0));
                if (verdict is not Verdict.Sequenced) throw new InvalidDataException($"{trace.Name}: operation {i} is {verdict}");
            }

            best = Math.Min(best, Stopwatch.GetElapsedTime(began).TotalSeconds);
            text = sequencer.Document.ToString();
        }

        report.AtLeast($"{trace.Name}: decode, transform, apply ({wire.Length} operations)", "ops/s", wire.Length / best, 2_000_000);
        report.Require($"{trace.Name}: the end text is the recorded one", text == trace.End, $"{text.Length} units, {trace.End.Length} recorded");
        Memory(trace, report);
    }

    /// <summary>Of the document alone: the ring of recent edits is bounded by itself.</summary>
    private static void Memory(Trace trace, Report report)
    {
        var edits = trace.Edits.ToArray();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var document = new TextDocument(trace.Start);
        foreach (var edit in edits)
        {
            if (document.TryApply(edit) != TextFault.None) throw new InvalidDataException($"{trace.Name}: an edit does not fit.");
        }

        var after = GC.GetTotalMemory(forceFullCollection: true);
        report.Ratio($"{trace.Name}: memory of the document against its text in UTF-16", "bytes", after - before, 2.0 * document.Length, 3);
        GC.KeepAlive(document);
        GC.KeepAlive(edits);
    }

    private static void Concurrent(Trace trace, Report report)
    {
        var authors = Enumerable.Range(0, trace.Authors).Select(_ => new TraceAuthor(trace.Start)).ToList();
        var sequencer = new Sequencer<int>(new TextDocument(trace.Start), 0, 4096);
        var sequences = new long[trace.Authors];
        var count = 0;
        var began = Stopwatch.GetTimestamp();
        for (var i = 0; i < trace.Transactions.Count; i++)
        {
            var transaction = trace.Transactions[i];
            authors[transaction.Author].See(transaction.Seen);
            foreach (var edit in transaction.Edits)
            {
                var operation = authors[transaction.Author].Type(edit);
                var (verdict, _) = sequencer.Submit(new Submission<int>($"author{transaction.Author}", ++sequences[transaction.Author], sequencer.Revision, operation, transaction.Author));
                if (verdict is not Verdict.Sequenced) throw new InvalidDataException($"{trace.Name}: transaction {i} is {verdict}");
                count++;
            }

            var sequenced = authors[transaction.Author].Sequenced();
            for (var other = 0; other < trace.Authors; other++)
            {
                if (other != transaction.Author) authors[other].Hear(i, sequenced);
            }
        }

        report.Note($"{trace.Name}: both authors' transforms and the sequencer ({count} operations)", "ops/s", count / Stopwatch.GetElapsedTime(began).TotalSeconds);
        foreach (var author in authors) author.See(int.MaxValue);
        var texts = authors.Select(author => author.Text).Append(sequencer.Document.ToString()).ToList();
        report.Require($"{trace.Name}: the end text is the recorded one, at the server and at every author", texts.TrueForAll(text => text == trace.End), $"{texts[^1].Length} units, {trace.End.Length} recorded");
    }
}
