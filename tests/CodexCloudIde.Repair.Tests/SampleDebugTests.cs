using Microsoft.Extensions.Time.Testing;

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

    /// <summary>Twenty seconds for each look at the tests: the edits may be tried for minutes, not for the half minute that is enough on a fast machine.</summary>
    [Fact]
    public async Task Repair_OnASlowMachine_TriesForLonger()
    {
        using var folder = new TemporaryFolder();
        ProcessRunner.Copy(Path.Combine(AppContext.BaseDirectory, "sample-debug"), folder.Path);
        var time = new FakeTimeProvider();
        var limits = new List<TimeSpan>();
        Task<CommandOutcome> SlowlyAsync(string directory, IReadOnlyList<string> command, string stdin, TimeSpan limit, CancellationToken cancellationToken)
        {
            limits.Add(limit);
            time.Advance(TimeSpan.FromSeconds(20));
            return ProcessRunner.RunAsync(directory, command, stdin, limit, cancellationToken);
        }

        var workspace = new FolderWorkspace(folder.Path, SlowlyAsync, _ => { }, _ => { });
        var report = await new RepairEngine(workspace, new RepairBudget(), time).RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal((RepairStatus.Fixed, 78), (report.Status, report.Passing));
        Assert.True(limits.Max() > TimeSpan.FromMinutes(5), $"At most {limits.Max()}.");
    }

    [Theory]
    [InlineData(0, 40)]
    [InlineData(1.5, 70)]
    [InlineData(100, 600)]
    public void Budget_GrowsWithWhatALookAtTheTestsTakes_UpToTenMinutes(double observed, double allowed) =>
        Assert.Equal(TimeSpan.FromSeconds(allowed), new RepairBudget().Of(TimeSpan.FromSeconds(observed)));
}
