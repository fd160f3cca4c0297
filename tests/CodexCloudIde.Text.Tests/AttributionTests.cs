using FsCheck.Xunit;

namespace CodexCloudIde.Text.Tests;

[Properties(Arbitrary = [typeof(Seeds)], MaxTest = 300)]
public sealed class AttributionTests
{
    /// <summary>Against the obvious way: each unit remembers who typed it, and everything is typed again.</summary>
    [Property]
    public bool Of_AnyHistory_IsWhatTypingItAgainSays(int seed)
    {
        var edits = new RandomEdits(seed);
        var start = edits.Text(20);
        var sequencer = new Sequencer<string>(new TextDocument(start), 0, 200);
        var owners = start.Select(_ => 0L).ToList();
        for (var i = 0; i < 40; i++)
        {
            var operation = edits.Edit(sequencer.Document.ToString());
            var (_, edit) = sequencer.Submit(new("one", i + 1, i, operation, "one"));
            Type(owners, edit!);
        }

        // Of the oldest nothing is known.
        var known = sequencer.Since(edits.Next(20))!;
        var oldest = known[0].Revision;
        var expected = owners.Select(owner => owner < oldest ? 0 : owner);
        var runs = Attribution.Of(sequencer.Document.Length, known.Reverse());
        return runs.SelectMany(run => Enumerable.Repeat(run.Edit?.Revision ?? 0, run.Length)).SequenceEqual(expected)
            && runs.Zip(runs.Skip(1)).All(pair => pair.First.Start + pair.First.Length == pair.Second.Start && pair.First.Edit?.Revision != pair.Second.Edit?.Revision);
    }

    private static void Type(List<long> owners, SequencedEdit<string> edit)
    {
        var position = 0;
        foreach (var step in edit.Operation.Steps)
        {
            if (step.IsDelete)
            {
                owners.RemoveRange(position, step.InputLength);
            }
            else if (step.Inserted is { } inserted)
            {
                owners.InsertRange(position, Enumerable.Repeat(edit.Revision, inserted.Length));
                position += inserted.Length;
            }
            else
            {
                position += step.Count;
            }
        }
    }
}
