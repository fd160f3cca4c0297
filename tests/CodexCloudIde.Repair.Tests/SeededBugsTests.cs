namespace CodexCloudIde.Repair.Tests;

/// <summary>The twelve bugs that were committed before the templates, judged by tests that the repair never saw.</summary>
public sealed class SeededBugsTests(ITestOutputHelper output)
{
    public static TheoryData<string> Names => SeededBugs.All("Bugs");

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Repair_SeededBug_SatisfiesTheJudge(string name)
    {
        var (report, judged, seconds) = await SeededBugs.MendAsync("Bugs", name, TestContext.Current.CancellationToken);
        output.WriteLine($"{name}: {report.Status}, {report.Tried} tried in {seconds:F1} s\n{report.Explanation}\n{string.Join('\n', report.Patches.Select(patch => patch.Diff))}\n{judged}");
        Assert.Equal((RepairStatus.Fixed, ""), (report.Status, judged));
    }
}
