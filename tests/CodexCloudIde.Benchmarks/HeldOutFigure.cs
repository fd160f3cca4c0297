using System.Diagnostics;
using System.Text.Json;

namespace CodexCloudIde.Benchmarks;

/// <summary>
/// Bugs of which the repair's authors had no patch in mind: each is put into a project, mended by the shipped program (<c>repair --project DIR --write</c>)
/// with the tests that come with the project, and judged by others that it never saw.
/// </summary>
internal static class HeldOutFigure
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web);

    public static async Task MeasureAsync(string app, Arguments arguments, Report report, CancellationToken cancellationToken)
    {
        var bugs = Bugs().ToList();
        if (arguments.Quick) bugs = [.. bugs.Where((_, index) => index % 6 == 0)];
        var (mended, claimed, wrong) = (0, 0, 0);
        var times = new Samples();
        foreach (var (project, bug) in bugs)
        {
            var began = Stopwatch.GetTimestamp();
            var (said, good) = await MendAsync(app, project, bug, cancellationToken);
            var taken = Stopwatch.GetElapsedTime(began);
            times.Add(taken.TotalMilliseconds);
            claimed += said ? 1 : 0;
            mended += said && good ? 1 : 0;
            wrong += said && !good ? 1 : 0;
            Console.Error.WriteLine($"{Path.GetFileName(project)}/{bug.Name}: {(said ? good ? "mended" : "tests pass, judged wrong" : "no patch")}, {taken.TotalSeconds:F1} s");
        }

        report.AtLeast($"held-out bugs mended, of {bugs.Count}, judged by tests never seen", "%", 100.0 * mended / bugs.Count, 100.0 * 8 / 12);
        report.Note("… visible tests pass, judged wrong", "", wrong);
        report.Note("… time for one, p50", "s", times.Quantile(0.5) / 1000);
        report.Note("… time for one, p95", "s", times.Quantile(0.95) / 1000);
        report.Require("every bug was tried", claimed <= bugs.Count && bugs.Count > 0, $"{bugs.Count} bugs, {claimed} said to be mended");
    }

    private static IEnumerable<(string Project, Bug Bug)> Bugs() =>
        from project in Directory.GetDirectories(Path.Combine(Product.Root(), "tests", "CodexCloudIde.Repair.Tests", "HeldOut")).Order(StringComparer.Ordinal)
        from bug in JsonSerializer.Deserialize<Bug[]>(File.ReadAllText(Path.Combine(project, "bugs.json")), Format)!
        select (project, bug);

    private static async Task<(bool Said, bool Good)> MendAsync(string app, string project, Bug bug, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("codex-held-out-").FullName;
        try
        {
            Copy(Path.Combine(project, "project"), folder);
            foreach (var edit in bug.Edits)
            {
                var path = Path.Combine(folder, edit.Path);
                var text = await File.ReadAllTextAsync(path, cancellationToken);
                if (!text.Contains(edit.Old, StringComparison.Ordinal)) throw new InvalidDataException($"{path} does not contain what {bug.Name} changes.");
                await File.WriteAllTextAsync(path, text.Replace(edit.Old, edit.New, StringComparison.Ordinal), cancellationToken);
            }

            var said = await RunAsync(folder, "dotnet", [Path.Combine(app, "CodexCloudIde.dll"), "repair", "--project", folder, "--write"], cancellationToken) == 0;
            Directory.Delete(Path.Combine(folder, "tests"), recursive: true);
            Copy(Path.Combine(project, "judge"), Path.Combine(folder, "tests"));
            return (said, await JudgedAsync(folder, cancellationToken));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Debian's Python, which has pytest. A patched program may run for ever where the judge looks.</summary>
    private static async Task<bool> JudgedAsync(string folder, CancellationToken cancellationToken) =>
        await RunAsync(folder, "timeout", ["60", "/usr/bin/python3", "-m", "pytest", "-q", "-p", "no:cacheprovider"], cancellationToken) switch
        {
            0 => true,
            1 or 2 or 124 => false, // Tests fail, a module cannot be imported, it was ended.
            var other => throw new InvalidOperationException($"pytest ended with {other} in {folder}."),
        };

    private static async Task<int> RunAsync(string folder, string program, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
        await Task.WhenAll(process.StandardOutput.ReadToEndAsync(cancellationToken), process.StandardError.ReadToEndAsync(cancellationToken));
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode;
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    private sealed record Bug(string Name, IReadOnlyList<Edit> Edits);

    private sealed record Edit(string Path, string Old, string New);
}
