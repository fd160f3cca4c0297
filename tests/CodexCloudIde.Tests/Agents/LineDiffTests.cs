using CodexCloudIde.Agents;

namespace CodexCloudIde.Tests.Agents;

public sealed class LineDiffTests
{
    [Theory]
    [InlineData("a b c", "a b c")]
    [InlineData("a b c", "a x c")]
    [InlineData("", "a b")]
    [InlineData("a b", "")]
    [InlineData("a b c d e f g", "b x c e f y g z")]
    [InlineData("a b a b a b", "b a b a b a")]
    public void Compare_ChangesApplied_GiveTheNewLines(string old, string @new)
    {
        var (from, to) = (old.Split(' '), @new.Split(' '));
        Assert.Equal(to, Apply(from, to, LineDiff.Compare(from, to)));
    }

    [Fact]
    public void Compare_RandomTexts_GiveTheNewLines()
    {
        var random = new Random(7);
        for (var round = 0; round < 500; round++)
        {
            var (from, to) = (Lines(random), Lines(random));
            Assert.Equal(to, Apply(from, to, LineDiff.Compare(from, to)));
        }
    }

    [Fact]
    public void Compare_OneLineChanged_IsOneChange() =>
        Assert.Equal([new LineChange(1, 1, 1, 1)], LineDiff.Compare(["a", "b", "c"], ["a", "x", "c"]));

    private static string[] Lines(Random random) => [.. Enumerable.Range(0, random.Next(0, 30)).Select(_ => random.Next(0, 5).ToString())];

    private static string[] Apply(string[] from, string[] to, List<LineChange> changes)
    {
        var result = from.ToList();
        foreach (var change in Enumerable.Reverse(changes))
        {
            result.RemoveRange(change.OldStart, change.OldCount);
            result.InsertRange(change.OldStart, to[change.NewStart..(change.NewStart + change.NewCount)]);
        }

        return [.. result];
    }
}
