using System.Security.Cryptography;
using System.Text;
using FsCheck.Xunit;

namespace CodexCloudIde.Text.Tests;

[Properties(Arbitrary = [typeof(Seeds)], MaxTest = 500)]
public sealed class TextDocumentTests
{
    [Property]
    public bool TryApply_ManyEdits_KeepsTextLinesHashAndSnapshots(int seed)
    {
        var edits = new RandomEdits(seed);
        var text = edits.Text(200);
        var document = new TextDocument(text);
        List<(TextSnapshot Snapshot, string Text)> taken = [];
        for (var i = 0; i < 30; i++)
        {
            var edit = edits.Edit(text);
            text = edit.Apply(text);
            if (document.TryApply(edit) != TextFault.None)
            {
                return false;
            }

            if (edits.Next(3) == 0)
            {
                taken.Add((document.Snapshot(), text));
            }
        }

        var lines = text.Split('\n');
        var starts = lines.Select((_, line) => lines.Take(line).Sum(before => before.Length + 1));
        return document.ToString() == text
            && document.LineCount == lines.Length
            && starts.SequenceEqual(Enumerable.Range(0, lines.Length).Select(document.StartOf))
            && Enumerable.Range(0, text.Length + 1).All(offset => document.LineOf(offset) == text[..offset].Count(unit => unit == '\n'))
            && document.Hash() == Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))
            && taken.TrueForAll(pair => pair.Snapshot.ToString() == pair.Text);
    }

    [Fact]
    public void Snapshot_AfterOneKeystroke_SharesTheOtherChunks()
    {
        var document = new TextDocument(new string('x', 1_000_000));
        var before = document.Snapshot();
        document.TryApply(TextOperation.Replace(500_000, 0, "y"));
        var after = document.Snapshot();
        Assert.Equal(before.ToString().Insert(500_000, "y"), after.ToString());
        Assert.True(after.Chunks.Count(chunk => !before.Chunks.Any(old => ReferenceEquals(old, chunk))) <= 2);
    }

    [Fact]
    public void Hash_PairAcrossChunks_IsThatOfTheText()
    {
        var text = "a" + string.Concat(Enumerable.Repeat("😀", 20_000));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))), new TextDocument(text).Hash());
    }

    [Fact]
    public void Between_TwoLargeForeignTexts_StaysBounded()
    {
        var before = string.Join('\n', Enumerable.Range(0, 20_000));
        var after = string.Join('\n', Enumerable.Range(0, 20_000).Select(n => n * 7919L % 20_011));
        Assert.Equal(after, TextDiff.Between(before, after).Apply(before));
    }

    [Fact]
    public void Between_OneWordChanged_IsOneSmallHunk()
    {
        var before = "def f(x):\n    return x.name\n\nprint(f(1))\n";
        var difference = TextDiff.Between(before, before.Replace("x.name", "x.get", StringComparison.Ordinal));
        Assert.True(difference.Steps.Length <= 5 && difference.InsertedLength <= 3, difference.ToString());
    }
}
