using System.Diagnostics;
using System.Text.Json;

namespace CodexCloudIde.Text.Tests;

/// <summary>The browser's half, bundled as for the page and run by Node: the same vectors, and the sync client over a bad network.</summary>
public sealed class BrowserTests
{
    private const int Vectors = 100_000;
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public async Task Operation_InTheBrowser_PassesTheVectorsOfThisCode()
    {
        using var folder = new Scratch();
        var file = Path.Combine(folder.Path, "vectors.json");
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(Enumerable.Range(1, Vectors).Select(Vector), Relaxed), TestContext.Current.CancellationToken);
        Assert.Equal($"{Vectors} vectors passed", await RunAsync(folder, "vectors", file));
    }

    [Theory]
    [InlineData(1, 150, 1000)]
    [InlineData(1001, 150, 3)]
    public async Task Client_OverABadNetwork_ConvergesAndLosesNothing(int firstSeed, int runs, int remembered)
    {
        using var folder = new Scratch();
        Assert.Equal($"{runs} runs converged", await RunAsync(folder, "network", $"{firstSeed}", $"{runs}", $"{remembered}"));
    }

    [Fact]
    public async Task Client_OfAFileMadeAnewMeanwhile_GoesOnInTheNewOne()
    {
        using var folder = new Scratch();
        Assert.Equal("typing went on", await RunAsync(folder, "recreated", "6"));
    }

    [Theory]
    [InlineData("historyTooOld_BatchSequenced_StandsOnce")]
    [InlineData("historyTooOld_BatchNeverArrived_StandsOnce")]
    [InlineData("historyTooOld_BatchSequencedThenReload_StandsOnce")]
    [InlineData("historyTooOld_ViewerMeanwhile_SeesWhatOthersType")]
    [InlineData("recordWithTheBatchTwice_Reload_StandsOnce")]
    [InlineData("fileRecreated_BatchPending_GoesOnInTheNewDocument")]
    [InlineData("fileRecreated_NothingPending_ShowsTheNewDocument")]
    [InlineData("fileRecreated_LongerHistoryThanKnown_IsNotMistakenForTheOld")]
    [InlineData("fileRecreated_BatchPendingThenReload_GoesOnInTheNewDocument")]
    [InlineData("refusedForGood_NextEdit_IsTaken")]
    [InlineData("viewerMeanwhile_Open_ShowsTheServersTextAndKeepsTheRecord")]
    [InlineData("viewerMeanwhile_WhatAnotherPageLeft_IsNotWaitedForInVain")]
    [InlineData("whatAnotherPageLeft_IsSentBesideTheEditor")]
    [InlineData("viewerFromNowOn_Save_IsNotWaitedForInVain")]
    [InlineData("viewerAfterAReconnect_Save_IsNotWaitedForInVain")]
    [InlineData("pasteLargerThanAMessage_IsSentInParts")]
    [InlineData("typedAndTakenBackOffline_Return_IsSaved")]
    public async Task Client_ThatComesBack_GoesOn(string name)
    {
        using var folder = new Scratch();
        Assert.Equal($"{name} holds", await RunAsync(folder, "returning", name));
    }

    private static object Vector(int seed)
    {
        var edits = new RandomEdits(seed);
        var text = edits.Text(20);
        var (first, second) = (edits.Edit(text), edits.Edit(text));
        var applied = first.Apply(text);
        var next = edits.Edit(applied);
        var (earlier, later) = TextOperation.Transform(first, second);
        var position = edits.Next(text.Length + 1);
        return new
        {
            text, first, second, next, applied, inverse = first.Invert(text), composed = first.Compose(next), earlier, later, position,
            before = first.Map(position, Association.Before), after = first.Map(position, Association.After),
        };
    }

    private static async Task<string> RunAsync(Scratch folder, string script, params string[] arguments)
    {
        var root = Repository();
        var bundle = Path.Combine(folder.Path, $"{script}.mjs");
        await ToolAsync(Path.Combine(root, "wwwroot", "node_modules", ".bin", "esbuild"),
            Path.Combine(root, "tests", "CodexCloudIde.Text.Tests", "Browser", $"{script}.ts"), "--bundle", "--platform=node", "--format=esm", $"--outfile={bundle}", "--log-level=warning");
        return await ToolAsync("node", [bundle, .. arguments]);
    }

    private static async Task<string> ToolAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}:\n{await error}");
        return output.Trim();
    }

    private static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "CodexCloudIde.sln"))) folder = folder.Parent ?? throw new DirectoryNotFoundException("The tests are not below the repository.");
        return folder.FullName;
    }

    private sealed class Scratch : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("codex-text-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
