using System.Text.Json;
using FsCheck.Xunit;

namespace CodexCloudIde.Text.Tests;

[Properties(Arbitrary = [typeof(Seeds)], MaxTest = 3000)]
public sealed class TextOperationProperties
{
    [Property]
    public bool Invert_AfterApply_RestoresTheText(int seed)
    {
        var edits = new RandomEdits(seed);
        var text = edits.Text(20);
        var edit = edits.Edit(text);
        return edit.Invert(text).Apply(edit.Apply(text)) == text && edit.Invert(text).Invert(edit.Apply(text)).Equals(edit);
    }

    [Property]
    public bool Compose_OfTwo_DoesBoth(int seed)
    {
        var edits = new RandomEdits(seed);
        var text = edits.Text(20);
        var first = edits.Edit(text);
        var second = edits.Edit(first.Apply(text));
        return first.Compose(second).Apply(text) == second.Apply(first.Apply(text));
    }

    [Property]
    public bool Compose_OfThree_IsAssociative(int seed)
    {
        var edits = new RandomEdits(seed);
        var text = edits.Text(20);
        var first = edits.Edit(text);
        var second = edits.Edit(first.Apply(text));
        var third = edits.Edit(second.Apply(first.Apply(text)));
        return first.Compose(second).Compose(third).Apply(text) == first.Compose(second.Compose(third)).Apply(text);
    }

    [Property]
    public bool Transform_OfTwo_LeadsToOneText(int seed)
    {
        var edits = new RandomEdits(seed);
        var text = edits.Text(20);
        var earlier = edits.Edit(text);
        var later = edits.Edit(text);
        var (earlierNow, laterNow) = TextOperation.Transform(earlier, later);
        return laterNow.Apply(earlier.Apply(text)) == earlierNow.Apply(later.Apply(text));
    }

    [Property]
    public bool Transform_OfTwo_NeverSplitsAPair(int seed)
    {
        var edits = new RandomEdits(seed);
        var text = edits.Text(20);
        var earlier = edits.Edit(text);
        var document = new TextDocument(text);
        return document.TryApply(earlier) == TextFault.None
            && document.TryApply(TextOperation.Transform(earlier, edits.Edit(text)).Later) == TextFault.None
            && TextOperation.Check(document.ToString()) == TextFault.None;
    }

    [Property]
    public bool Map_AnyPosition_CountsWhatLiesBeforeIt(int seed)
    {
        var edits = new RandomEdits(seed);
        var text = edits.Text(20);
        var edit = edits.Edit(text);
        var position = edits.Next(text.Length + 1);
        int offset = 0, kept = 0, insertedBefore = 0, insertedHere = 0;
        foreach (var step in edit.Steps)
        {
            var inserted = step.Inserted?.Length ?? 0;
            insertedBefore += offset < position ? inserted : 0;
            insertedHere += offset == position ? inserted : 0;
            kept += step.IsRetain ? Math.Clamp(position - offset, 0, step.Count) : 0;
            offset += step.InputLength;
        }

        kept += Math.Max(0, position - offset);
        return edit.Map(position, Association.Before) == insertedBefore + kept
            && edit.Map(position, Association.After) == insertedBefore + insertedHere + kept;
    }

    [Property]
    public bool Json_OfAnyOperation_RoundTrips(int seed)
    {
        var edits = new RandomEdits(seed);
        var edit = edits.Edit(edits.Text(20));
        return JsonSerializer.Deserialize<TextOperation>(JsonSerializer.Serialize(edit))!.Equals(edit);
    }

    [Property]
    public bool Between_AnyTexts_LeadsFromOneToTheOther(int seed)
    {
        var edits = new RandomEdits(seed);
        var before = edits.Text(60);
        var after = edits.Next(3) == 0 ? edits.Text(60) : edits.Edit(before).Apply(before);
        var difference = TextDiff.Between(before, after);
        return difference.Apply(before) == after
            && new TextDocument(before).TryApply(difference) == TextFault.None
            && TextDiff.Hunks(difference).Aggregate(before, (text, hunk) => hunk.Apply(text)) == after;
    }

    [Property]
    public bool Undo_OfOneAuthor_EqualsTheOthersAlone(int seed)
    {
        // Each author's edits stay in a region of its own, so that taking one's back must leave exactly the other's.
        var edits = new RandomEdits(seed);
        var (mine, others) = ("", "");
        var sequencer = new Sequencer<bool>(new TextDocument("|"), 0, 64);
        for (var i = 1; i <= 12; i++)
        {
            var isMine = edits.Next(2) == 0;
            var edit = edits.Edit(isMine ? mine : others);
            var placed = isMine ? edit : new TextOperationBuilder().Retain(mine.Length + 1).Build().Compose(Shift(edit, mine.Length + 1));
            _ = isMine ? mine = edit.Apply(mine) : others = edit.Apply(others);
            sequencer.Submit(new("c", i, i - 1, placed, isMine));
        }

        var undo = Undo.Of(sequencer.Since(0)!, edit => edit.Author);
        return undo.Apply(sequencer.Document.ToString()) == "|" + others;
    }

    private static TextOperation Shift(TextOperation edit, int by)
    {
        var builder = new TextOperationBuilder().Retain(by);
        foreach (var step in edit.Steps)
        {
            _ = step.Inserted is { } text ? builder.Insert(text) : step.IsDelete ? builder.Delete(step.InputLength) : builder.Retain(step.Count);
        }

        return builder.Build();
    }
}
