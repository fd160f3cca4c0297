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
        var sequencer = new Sequencer<int>(new TextDocument(trace.Start), 0, 4096);
        var edits = TraceReplay.EditsOf(trace).ToArray();
        var behind = 0;
        var began = Stopwatch.GetTimestamp();
        foreach (var edit in edits)
        {
            if (edit.Base < sequencer.Revision) behind++;
            var (verdict, _) = sequencer.Submit(new Submission<int>($"author{edit.Author}", edit.Sequence, edit.Base, edit.Operation, edit.Author));
            if (verdict is not Verdict.Sequenced) throw new InvalidDataException($"{trace.Name}: edit {edit.Sequence} of author {edit.Author} is {verdict}");
        }

        report.Note($"{trace.Name}: {edits.Length} operations, {behind} of them on older revisions", "ops/s", edits.Length / Stopwatch.GetElapsedTime(began).TotalSeconds);
        var text = sequencer.Document.ToString();
        report.Require($"{trace.Name}: the end text is the recorded one", text == trace.End, $"{text.Length} units, {trace.End.Length} recorded");
    }
}
