namespace CodexCloudIde.Repair.Tests;

/// <summary>A seeded bug: the engine sees <c>project</c>; <c>judge</c> holds tests of the intended behaviour that it never sees.</summary>
internal static class SeededBugs
{
    public static async Task<(RepairReport Report, string Judged, double Seconds)> MendAsync(string set, string name, CancellationToken cancellationToken)
    {
        using var folder = new TemporaryFolder();
        var bug = Path.Combine(AppContext.BaseDirectory, set, name);
        ProcessRunner.Copy(Path.Combine(bug, "project"), folder.Path);
        var started = TimeProvider.System.GetTimestamp();
        var report = await RepairAsync(folder.Path, cancellationToken);
        var seconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
        Directory.Delete(Path.Combine(folder.Path, "tests"), recursive: true);
        ProcessRunner.Copy(Path.Combine(bug, "judge"), Path.Combine(folder.Path, "tests"));
        var judged = await ProcessRunner.RunAsync(folder.Path, ["python3", "-m", "pytest", "-q", "--tb=line"], "", TimeSpan.FromMinutes(1), cancellationToken);
        return (report, judged.ExitCode == 0 ? "" : judged.Stdout, seconds);
    }

    /// <summary>Whether a bug is mended must not depend on how fast the machine is; how fast it is mended is the benchmark's to say.</summary>
    private static readonly RepairBudget Patient = new(Seconds: 900);

    public static Task<RepairReport> RepairAsync(string folder, CancellationToken cancellationToken) =>
        new RepairEngine(new FolderWorkspace(folder, ProcessRunner.RunAsync, _ => { }, _ => { }), Patient, TimeProvider.System).RunAsync(cancellationToken);

    public static TheoryData<string> All(string set) => [.. Directory.GetDirectories(Path.Combine(AppContext.BaseDirectory, set)).Select(path => Path.GetFileName(path)).Order()];
}
