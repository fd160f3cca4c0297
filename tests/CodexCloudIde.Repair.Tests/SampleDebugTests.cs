namespace CodexCloudIde.Repair.Tests;

public sealed class SampleDebugTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Repair_SampleDebug_MendsBothFaultsAtTheirCause()
    {
        using var folder = new TemporaryFolder();
        ProcessRunner.Copy(Path.Combine(AppContext.BaseDirectory, "sample-debug"), folder.Path);
        var started = TimeProvider.System.GetTimestamp();
        var report = await SeededBugs.RepairAsync(folder.Path, TestContext.Current.CancellationToken);
        output.WriteLine($"{report.Tried} tried in {TimeProvider.System.GetElapsedTime(started).TotalSeconds:F1} s\n{report.Explanation}\n{string.Join('\n', report.Patches.Select(patch => patch.Diff))}");
        Assert.Equal((RepairStatus.Fixed, 78), (report.Status, report.Passing));
        Assert.Equal(["dispatch/normalise.py", "dispatch/pages.py"], report.Patches.Select(patch => patch.Path).Order());
    }
}
