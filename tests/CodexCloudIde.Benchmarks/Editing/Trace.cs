using System.IO.Compression;
using System.Text.Json;
using CodexCloudIde.Text;

namespace CodexCloudIde.Benchmarks.Editing;

/// <summary>What one author typed at once.</summary>
/// <param name="Author">From 0.</param>
/// <param name="Seen">Transactions of the trace that the author had in the text then, own ones apart: all before this index. 0: none.</param>
/// <param name="Edits">One after the other; each an edit of the author's text after the one before.</param>
internal sealed record TraceTransaction(int Author, int Seen, IReadOnlyList<TextOperation> Edits);

/// <summary>
/// Recorded keystrokes, gzipped or plain JSON: <c>{startContent, endContent, txns:[{patches:[[position, deleted, inserted]]}]}</c> of one author; with
/// <c>kind:"concurrent", numAgents</c> and per transaction <c>parents, agent</c> of several, each of whom has a prefix of all transactions and their own in view. Positions
/// count code points.
/// </summary>
internal sealed record Trace(string Name, string Start, string End, int Authors, IReadOnlyList<TraceTransaction> Transactions)
{
    public bool IsConcurrent => Authors > 1;

    /// <summary>All edits in the order of the trace.</summary>
    public IEnumerable<TextOperation> Edits => Transactions.SelectMany(transaction => transaction.Edits);

    public static async Task<Trace> ReadAsync(string file, CancellationToken cancellationToken)
    {
        await using var raw = File.OpenRead(file);
        await using Stream stream = file.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(raw, CompressionMode.Decompress) : raw;
        using var json = await JsonDocument.ParseAsync(stream, cancellationToken: cancellationToken);
        var root = json.RootElement;
        var start = root.TryGetProperty("startContent", out var content) ? content.GetString()! : "";
        var authors = root.TryGetProperty("numAgents", out var agents) ? agents.GetInt32() : 1;
        return new Trace(Path.GetFileName(file), start, root.GetProperty("endContent").GetString()!, authors, Read(root.GetProperty("txns"), start, authors));
    }

    /// <summary>Runs of typing with jumps and deletions; the same for everybody.</summary>
    public static Trace Seeded(int operations)
    {
        var random = new Random(20_260_101);
        var text = new List<char>();
        var transactions = new List<TraceTransaction>(operations);
        var cursor = 0;
        for (var i = 0; i < operations; i++)
        {
            if (random.Next(40) == 0) cursor = random.Next(text.Count + 1);
            TextOperation edit;
            if (cursor > 0 && random.Next(8) == 0)
            {
                text.RemoveAt(--cursor);
                edit = TextOperation.Replace(cursor, 1, "");
            }
            else
            {
                var typed = random.Next(30) == 0 ? '\n' : (char)('a' + random.Next(26));
                text.Insert(cursor, typed);
                edit = TextOperation.Replace(cursor++, 0, typed.ToString());
            }

            transactions.Add(new TraceTransaction(0, 0, [edit]));
        }

        return new Trace("seeded typing", "", new string([.. text]), 1, transactions);
    }

    private static List<TraceTransaction> Read(JsonElement txns, string start, int authors)
    {
        var read = txns.EnumerateArray().ToList();
        var seen = authors > 1 ? SeenBy(read) : new int[read.Count];
        var transactions = new List<TraceTransaction>(read.Count);
        var views = HasAstral(start, read) ? Enumerable.Range(0, authors).Select(_ => new TraceAuthor(start)).ToList() : null;
        for (var i = 0; i < read.Count; i++)
        {
            var author = authors > 1 ? read[i].GetProperty("agent").GetInt32() : 0;
            if (views is not null) views[author].See(seen[i]);
            var edits = new List<TextOperation>();
            foreach (var patch in read[i].GetProperty("patches").EnumerateArray())
            {
                var (position, deleted, inserted) = (patch[0].GetInt32(), patch[1].GetInt32(), patch[2].GetString()!);
                if (views is not null) (position, deleted) = views[author].UnitsOf(position, deleted);
                if (deleted == 0 && inserted.Length == 0) continue;
                var edit = TextOperation.Replace(position, deleted, inserted);
                edits.Add(edit);
                views?[author].Type(edit);
            }

            var transaction = new TraceTransaction(author, seen[i], edits);
            transactions.Add(transaction);
            if (views is not null)
            {
                var sequenced = views[author].Sequenced();
                for (var other = 0; other < authors; other++)
                {
                    if (other != author) views[other].Hear(i, sequenced);
                }
            }
        }

        return transactions;
    }

    /// <summary>Per transaction: of those by others that are among its ancestors, the newest one's index + 1.</summary>
    private static int[] SeenBy(List<JsonElement> txns)
    {
        var agents = txns.ConvertAll(txn => txn.GetProperty("agent").GetInt32());
        // Newest ancestor per author, itself included.
        var newest = new Dictionary<int, int>[txns.Count];
        var seen = new int[txns.Count];
        for (var i = 0; i < txns.Count; i++)
        {
            newest[i] = [];
            foreach (var parent in txns[i].GetProperty("parents").EnumerateArray().Select(parent => parent.GetInt32()))
            {
                foreach (var (agent, index) in newest[parent]) newest[i][agent] = Math.Max(index, newest[i].GetValueOrDefault(agent, -1));
            }

            seen[i] = newest[i].Where(pair => pair.Key != agents[i]).Select(pair => pair.Value + 1).DefaultIfEmpty(0).Max();
            newest[i][agents[i]] = i;
        }

        return seen;
    }

    private static bool HasAstral(string start, List<JsonElement> txns) => start.Any(char.IsSurrogate)
        || txns.Exists(txn => txn.GetProperty("patches").EnumerateArray().Any(patch => patch[2].GetString()!.Any(char.IsSurrogate)));
}
