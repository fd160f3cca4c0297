using CodexCloudIde.Agents.Patches;

namespace CodexCloudIde.Tests.Agents;

public sealed class PatchTests
{
    private const string Text = "import os\n\ndef a():\n    return 1\n\ndef b():\n    return 1\n";

    [Fact]
    public void Envelope_UpdateWithAnchor_ChangesTheRightPlace()
    {
        var file = Single("*** Begin Patch\n*** Update File: src/x.py\n@@ def b():\n-    return 1\n+    return 2\n*** End Patch");
        Assert.Equal("src/x.py", file.Path);
        Assert.Equal("import os\n\ndef a():\n    return 1\n\ndef b():\n    return 2\n", Applied(file));
    }

    [Fact]
    public void Envelope_AddDeleteMove_AreRead()
    {
        var parsed = PatchReader.Read("*** Begin Patch\n*** Add File: n.py\n+x = 1\n+\n*** Delete File: o.py\n*** Update File: p.py\n*** Move to: q.py\n@@\n-a\n+b\n*** End Patch\n");
        Assert.Equal(
            [("n.py", PatchKind.Add, null), ("o.py", PatchKind.Delete, null), ("p.py", PatchKind.Update, "q.py")],
            parsed.Files.Select(file => (file.Path, file.Kind, file.MoveTo)));
        Assert.Equal(["x = 1", ""], parsed.Files[0].Hunks[0].New);
    }

    [Fact]
    public void Unified_LineNumbersOff_NearestMatchWins()
    {
        var file = Single("--- a/x.py\n+++ b/x.py\n@@ -8,1 +8,1 @@\n-    return 1\n+    return 3\n");
        Assert.Equal("import os\n\ndef a():\n    return 1\n\ndef b():\n    return 3\n", Applied(file));
    }

    [Fact]
    public void Unified_NewFile_IsAdded()
    {
        var file = Single("diff --git a/n b/n\nnew file mode 100644\n--- /dev/null\n+++ b/n\n@@ -0,0 +1,2 @@\n+one\n+two\n\\ No newline at end of file\n");
        Assert.Equal(("n", PatchKind.Add), (file.Path, file.Kind));
        Assert.Equal(["one", "two"], file.Hunks[0].New);
    }

    [Fact]
    public void SearchReplace_UniqueText_IsReplaced()
    {
        var file = Single("x.py\n```python\n<<<<<<< SEARCH\ndef b():\n    return 1\n=======\ndef b():\n    return 4\n>>>>>>> REPLACE\n```\n");
        Assert.Equal("import os\n\ndef a():\n    return 1\n\ndef b():\n    return 4\n", Applied(file));
    }

    [Fact]
    public void SearchReplace_AmbiguousText_IsRefused()
    {
        var file = Single("x.py\n<<<<<<< SEARCH\n    return 1\n=======\n    return 4\n>>>>>>> REPLACE\n");
        Assert.Null(PatchApplication.Apply(Text, file.Hunks, out var error));
        Assert.StartsWith("The text to find occurs 2 times", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Apply_TrailingBlanksDiffer_StillMatches()
    {
        var file = Single("*** Begin Patch\n*** Update File: x.py\n@@\n def a():   \n-    return 1  \n+    return 5\n*** End Patch");
        Assert.Contains("def a():   \n    return 5\n", Applied(file), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("just words", "No patch found")]
    [InlineData("*** Begin Patch\n*** Update File: ../x\n@@\n-a\n+b\n*** End Patch", "is no path inside")]
    [InlineData("*** Begin Patch\n*** Add File: /etc/x\n+b\n*** End Patch", "is no path inside")]
    [InlineData("*** Begin Patch\n*** End Patch", "names no file")]
    [InlineData("*** Begin Patch\n*** Update File: x\nwhat\n*** End Patch", "must begin with")]
    [InlineData("<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE", "Name the file")]
    public void Read_Malformed_SaysWhy(string patch, string why) => Assert.Contains(why, PatchReader.Read(patch).Error, StringComparison.Ordinal);

    private static FilePatch Single(string patch) => Assert.Single(PatchReader.Read(patch).Files);

    private static string? Applied(FilePatch file) => PatchApplication.Apply(Text, file.Hunks, out _);
}
