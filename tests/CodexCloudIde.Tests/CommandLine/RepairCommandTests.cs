using System.Diagnostics;
using CodexCloudIde.Tests.Hosting;

namespace CodexCloudIde.Tests.CommandLine;

/// <summary><c>repair --project DIR</c> as people run it: the real program, real sandboxes, a folder of theirs.</summary>
public sealed class RepairCommandTests
{
    private const string Tests = """
        from shop.basket import total


        def test_total():
            assert total([2, 3]) == 5


        def test_nothing():
            assert total([]) == 0

        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Repair_FolderWithAFault_TellsWhatAndProvesIt_WritesOnlyWhenAsked()
    {
        using var folder = Project("def total(prices):\n    result = 0\n    for price in prices:\n        result = price\n    return result\n");
        var before = Read(folder);
        var (status, said) = await RunAsync("repair", "--project", folder.Path);
        Assert.Equal(0, status);
        Assert.Contains("`result = price` overwrites `result`, which should add up", said, StringComparison.Ordinal);
        Assert.Contains("--- a/shop/basket.py\n+++ b/shop/basket.py\n@@ -1,5 +1,5 @@\n", said, StringComparison.Ordinal);
        Assert.Contains("\n-        result = price\n+        result += price\n", said, StringComparison.Ordinal);
        Assert.Contains("before: 1 failed (tests/test_basket.py::test_total)\nafter:  0 failed, 2 passed\n", said, StringComparison.Ordinal);
        Assert.Equal(before, Read(folder));

        var (written, _) = await RunAsync("repair", "--project", folder.Path, "--write");
        Assert.Equal((0, before.Replace("result = price", "result += price", StringComparison.Ordinal)), (written, Read(folder)));
        Assert.Contains("All 2 tests pass: there is nothing to mend", (await RunAsync("repair", "--project", folder.Path)).Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Repair_NoEditHelps_SaysSoAndLeavesTheFolder()
    {
        using var folder = Project("def total(prices):\n    return sum(prices)\n", Tests + "\n\ndef test_text():\n    assert total([1]) == \"a poem about prices\"\n");
        var before = Read(folder);
        var (status, said) = await RunAsync("repair", "--project", folder.Path, "--write");
        Assert.Equal(1, status);
        Assert.Contains("I found no patch.", said, StringComparison.Ordinal);
        Assert.Contains("Nothing was changed.", said, StringComparison.Ordinal);
        Assert.Equal(before, Read(folder));
    }

    [Fact]
    public async Task Repair_ModuleThatIsNotPython_IsMended()
    {
        using var folder = Project("def total(prices)\n    return sum(prices)\n");
        var (status, said) = await RunAsync("repair", "--project", folder.Path, "--write");
        Assert.Contains("the `:` at the end of `def total(prices)` is missing", said, StringComparison.Ordinal);
        Assert.Equal((0, "def total(prices):\n    return sum(prices)\n"), (status, Read(folder)));
    }

    [Fact]
    public async Task Repair_FolderWithoutTests_SaysThatThereIsNothingToReasonFrom()
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder.Of("notes.txt"), "no tests here", Cancellation);
        var (status, said) = await RunAsync("repair", "--project", folder.Path);
        Assert.Equal(2, status);
        Assert.Contains("pytest found no tests", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Repair_NoSuchFolder_IsUsedWrongly()
    {
        var (status, said) = await RunAsync("repair", "--project", "/does/not/exist");
        Assert.Equal(2, status);
        Assert.Contains("repair needs --project DIR", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Repair_NoRuntime_RunsNothingAndSaysWhatIsMissing()
    {
        using var folder = Project("def total(prices):\n    return 0\n");
        var (status, said) = await RunAsync("repair", "--project", folder.Path, "--Ide:Sandbox:RuntimeProgram=/nonexistent/runc");
        Assert.Equal(2, status);
        Assert.Contains("Nothing runs outside a sandbox, and there is none here", said, StringComparison.Ordinal);
        Assert.Contains("runc", said, StringComparison.Ordinal);
    }

    private static TempFolder Project(string module, string tests = Tests)
    {
        var folder = new TempFolder();
        foreach (var (path, text) in new[] { ("pytest.ini", "[pytest]\npythonpath = .\n"), ("shop/__init__.py", ""), ("shop/basket.py", module), ("tests/test_basket.py", tests) })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder.Of(path))!);
            File.WriteAllText(folder.Of(path), text);
        }

        return folder;
    }

    private static string Read(TempFolder folder) => File.ReadAllText(folder.Of("shop/basket.py"));

    private static async Task<(int Status, string Said)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "CodexCloudIde.dll"), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var said = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(Cancellation), process.StandardError.ReadToEndAsync(Cancellation));
        await process.WaitForExitAsync(Cancellation);
        return (process.ExitCode, said[0] + said[1]);
    }
}
