using CodexCloudIde.Text;

namespace CodexCloudIde.Benchmarks.Editing;

/// <summary>An edit of a trace as its author's client sends it.</summary>
/// <param name="Author">Whose.</param>
/// <param name="Sequence">Its number there, from 1.</param>
/// <param name="Base">The revision it is made on, where the text that the trace begins with is 0.</param>
/// <param name="Operation">Of that revision.</param>
internal readonly record struct TraceEdit(int Author, long Sequence, long Base, TextOperation Operation);

/// <summary>
/// A trace as edits of a central sequence, in the order of the trace. An author who has nothing of their own behind what they have seen sends the edit as they made it,
/// on the old revision, and the sequencer transforms it; one who has sends it as their client has transformed it over what came before their own.
/// </summary>
internal static class TraceReplay
{
    public static IEnumerable<TraceEdit> EditsOf(Trace trace)
    {
        var authors = Enumerable.Range(0, trace.Authors).Select(_ => new TraceAuthor(trace.Start)).ToList();
        var sequences = new long[trace.Authors];
        var newestOwn = Enumerable.Repeat(-1, trace.Authors).ToArray();
        // After so many transactions.
        var revisions = new long[trace.Transactions.Count + 1];
        for (var i = 0; i < trace.Transactions.Count; i++)
        {
            var (author, seen, edits) = trace.Transactions[i];
            var revision = revisions[i];
            if (trace.IsConcurrent) authors[author].See(seen);
            var isBehind = trace.IsConcurrent && newestOwn[author] < seen;
            foreach (var edit in edits)
            {
                var newest = trace.IsConcurrent ? authors[author].Type(edit) : edit;
                yield return isBehind ? new TraceEdit(author, ++sequences[author], revisions[seen], edit) : new TraceEdit(author, ++sequences[author], revision, newest);
                revision++;
                isBehind = false;
            }

            revisions[i + 1] = revision;
            newestOwn[author] = i;
            if (!trace.IsConcurrent) continue;
            var sequenced = authors[author].Sequenced();
            for (var other = 0; other < trace.Authors; other++)
            {
                if (other != author) authors[other].Hear(i, sequenced);
            }
        }
    }
}
