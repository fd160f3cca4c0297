using CodexCloudIde.Agents;

namespace CodexCloudIde.Tests.Agents;

public sealed class ThreeWayTests
{
    [Theory]
    [InlineData("a\nb\nc\n", "a\nB\nc\n", "a\nB\nc\nd\n", "a\nb\nc\nd\n")]
    [InlineData("a\nb\nc\n", "a\nB\nc\n", "x\na\nB\nc\n", "x\na\nb\nc\n")]
    [InlineData("a\nb\nc\n", "a\nB\nc\n", "a\nB mine\nc\n", "a\nB mine\nc\n")]
    [InlineData("a\nc\n", "a\nb\nc\n", "a\nb\nC\n", "a\nC\n")]
    [InlineData("a\nb\nc\n", "a\nc\n", "A\nc\n", "A\nb\nc\n")]
    [InlineData("a\n", "a\n", "b\n", "b\n")]
    public void Rebase_OthersEdited_BaseHasTheirsAndNotTheTasks(string @base, string known, string current, string expected) =>
        Assert.Equal(expected, ThreeWay.Rebase(@base, known, current));

    [Fact]
    public void Rebase_EditsFarApart_AlwaysCommute()
    {
        var random = new Random(11);
        for (var round = 0; round < 300; round++)
        {
            var lines = Enumerable.Range(0, 40).Select(i => $"{i}\n").ToArray();
            var (mine, theirs, both) = ((string[])lines.Clone(), (string[])lines.Clone(), (string[])lines.Clone());
            for (var at = 0; at < 40; at += 4)
            {
                var (word, side) = ($"w{random.Next(100)}\n", random.Next(3));
                if (side == 0)
                {
                    mine[at] = both[at] = word;
                }
                else if (side == 1)
                {
                    theirs[at] = both[at] = word;
                }
            }

            Assert.Equal(string.Concat(theirs), ThreeWay.Rebase(string.Concat(lines), string.Concat(mine), string.Concat(both)));
        }
    }

    [Fact]
    public void Revert_OneHunk_LeavesTheOther()
    {
        var before = string.Concat(Enumerable.Range(0, 30).Select(i => $"{i}\n"));
        var after = before.Replace("\n3\n", "\nthree\n").Replace("\n20\n", "\ntwenty\n");
        var hunks = UnifiedDiff.Hunks(before, after);
        Assert.Equal(2, hunks.Count);
        Assert.Equal(before.Replace("\n20\n", "\ntwenty\n"), UnifiedDiff.Revert(before, after, [hunks[0]]));
        Assert.Equal(before, UnifiedDiff.Revert(before, after, hunks));
    }

    [Fact]
    public void Diff_NoFinalNewline_IsSaid() =>
        Assert.Equal("--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n\\ No newline at end of file\n", UnifiedDiff.Of("x", "a\n", "b", "modified").Diff);
}
