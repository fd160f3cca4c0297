using System.Diagnostics;
using CodexCloudIde.Documents;
using CodexCloudIde.Text;
using Orleans.Core.Internal;

namespace CodexCloudIde.Benchmarks.Editing;

/// <summary>
/// Many editors over a bad network, from a seed: messages lost, doubled and late, answers lost, writers that end in the middle and are read back from the journal. At the
/// end everybody has one text, and in it each typed character once, unless it was deleted.
/// </summary>
internal static class FuzzFigure
{
    private const int Documents = 25;
    private const int Editors = 5;

    public static async Task MeasureAsync(LocalProduct product, Arguments arguments, Report report, CancellationToken cancellationToken)
    {
        var seed = Random.Shared.Next();
        var operations = arguments.Quick ? 50_000 : 1_000_000;
        var began = Stopwatch.GetTimestamp();
        var found = new List<string>();
        var (resent, restarts) = (0, 0);
        await Parallel.ForEachAsync(Enumerable.Range(0, Documents), new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellationToken }, async (i, _) =>
        {
            var one = await RunAsync(product, $"fuzz{i}.txt", seed + i, operations / Documents, cancellationToken);
            lock (found)
            {
                resent += one.Resent;
                restarts += one.Restarts;
                if (one.Wrong is { } wrong) found.Add($"seed {seed + i}: {wrong}");
            }
        });
        report.Note($"bad network: {operations} operations of {Documents * Editors} editors, {resent} messages sent again, {restarts} writers ended meanwhile", "ops/s", operations / Stopwatch.GetElapsedTime(began).TotalSeconds);
        report.Require("bad network: everybody has one text, nothing lost, nothing doubled", found.Count == 0, found.Count == 0 ? $"seeds {seed} to {seed + Documents - 1}" : string.Join("; ", found.Take(3)));
    }

    private static async Task<(int Resent, int Restarts, string? Wrong)> RunAsync(LocalProduct product, string path, int seed, int operations, CancellationToken cancellationToken)
    {
        var random = new Random(seed);
        await product.WriteAsync(path, "", cancellationToken);
        var grain = product.Document(path);
        var editors = Enumerable.Range(0, Editors).Select(i => new FuzzClient(grain, product.Workspace.Tenant, $"editor{i}", random)).ToArray();
        foreach (var editor in editors) await editor.OpenAsync();
        var deleted = new HashSet<char>();
        var (typed, restarts) = (0, 0);
        try
        {
            while (typed < operations)
            {
                var editor = editors[random.Next(Editors)];
                for (var burst = random.Next(6); burst > 0 && typed < operations; burst--) Type(editor, deleted, random, ref typed);
                if (random.Next(2) == 0) await editor.SendAsync(reliably: false);
                if (random.Next(3) == 0) await editor.ReceiveAsync(all: false);
                if (random.Next(400) == 0)
                {
                    restarts++;
                    await grain.Cast<IGrainManagementExtension>().DeactivateOnIdle(cancellationToken);
                }
            }

            for (var round = 0; round < 3; round++)
            {
                foreach (var editor in editors)
                {
                    await editor.ReceiveAsync(all: true);
                    await editor.SendAsync(reliably: true);
                }
            }

            foreach (var editor in editors) await editor.ReceiveAsync(all: true);
            return (editors.Sum(editor => editor.Resent), restarts, await WrongAsync(grain, editors, deleted, typed));
        }
        catch (InvalidDataException failure)
        {
            return (0, restarts, failure.Message);
        }
    }

    /// <summary>A character of its own each time; one unit, so that no other edit can come into the middle of it. Now and then one that stands there is deleted.</summary>
    private static void Type(FuzzClient editor, HashSet<char> deleted, Random random, ref int typed)
    {
        if (editor.Length > 0 && random.Next(10) == 0)
        {
            var place = random.Next(editor.Length);
            deleted.Add(editor.At(place));
            editor.Type(TextOperation.Replace(place, 1, ""));
            return;
        }

        editor.Type(TextOperation.Replace(random.Next(editor.Length + 1), 0, CharacterOf(typed++).ToString()));
    }

    /// <summary>Of the basic plane, from the letters on, without the halves of pairs.</summary>
    private static char CharacterOf(int number) => (char)(0x100 + number is var code && code < 0xD800 ? code : code + 0x800);

    private static async Task<string?> WrongAsync(IDocumentGrain grain, FuzzClient[] editors, HashSet<char> deleted, int typed)
    {
        var text = (await grain.ReadAsync()).Value!.Text;
        if (Array.Find(editors, editor => !editor.IsQuiet || editor.Text != text) is { } other) return $"an editor has {other.Length} units, the server {text.Length}";
        var counts = text.GroupBy(c => c).ToDictionary(group => group.Key, group => group.Count());
        for (var i = 0; i < typed; i++)
        {
            var expected = deleted.Contains(CharacterOf(i)) ? 0 : 1;
            if (counts.GetValueOrDefault(CharacterOf(i)) != expected) return $"character {i} stands there {counts.GetValueOrDefault(CharacterOf(i))} times instead of {expected}";
        }

        return null;
    }
}
